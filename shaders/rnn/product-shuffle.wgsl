// sum_at(r) = Σ_k state[row r, k] · w[k, columns of a quad], for the ROWS rows of a workgroup and the quad of each lane.
//
// For processors whose lanes share registers but whose loads are dear (a CPU behind a software adapter). A workgroup is one
// subgroup: its lanes load the state of LANES rows together, four k at a time, and shuffles hand it to all.
// LANES = QUADS, SLICES = 1: a lane works on its own quads only, the other lanes meet its results in `state_at`. The lanes of
// such a subgroup step together, so that nothing has to be waited for; with a barrier the driver would make a coroutine of
// the kernel, and it would take half as long again.

enable subgroups;

override TRANSPOSE: bool = false; // the sums are with wᵀ: rows of w have `depth` vec4s, and its 4·columns rows are the results

const LOADS = ROWS / LANES;

var<private> sums: array<vec4f, ROWS>;

// Rows of the state begin at `start`, `stride` apart, and have `depth` vec4s; rows of w have `columns` vec4s.
fn product(start: u32, stride: u32, depth: u32, column: u32, columns: u32, lane: u32) {
  var acc = array<vec4f, ROWS>();
  for (var l = 0u; l < depth; l++) {
    var fragment = array<vec4f, LOADS>();
    for (var q = 0u; q < LOADS; q++) {
      fragment[q] = state_at(start + (q * LANES + lane) * stride + l);
    }
    let at = select(l * 4u * columns + column, column * 4u * depth + l, TRANSPOSE);
    let step = select(columns, depth, TRANSPOSE);
    var w0 = w[at];
    var w1 = w[at + step];
    var w2 = w[at + 2u * step];
    var w3 = w[at + 3u * step];
    if (TRANSPOSE) {
      let tile = transpose(mat4x4f(w0, w1, w2, w3));
      w0 = tile[0];
      w1 = tile[1];
      w2 = tile[2];
      w3 = tile[3];
    }
    for (var r = 0u; r < ROWS; r++) {
      let s = subgroupShuffle(fragment[r / LANES], r % LANES);
      acc[r] += s.x * w0 + s.y * w1 + s.z * w2 + s.w * w3;
    }
  }
  for (var r = 0u; r < ROWS; r++) { sums[r] = acc[r]; }
}

fn sum_at(r: u32) -> vec4f {
  return sums[r];
}

// The i-th of a lane's units in a block: its own quad's.
fn unit_of(i: u32) -> u32 {
  return i % QUADS * 4u + i / QUADS % 4u;
}

fn meet() {}
