// sum_at(r) = Σ_k state[row r, k] · w[k, columns of a quad], for the ROWS rows of a workgroup and the quad of each lane.
//
// For GPUs: neighbouring lanes load neighbouring columns of w, each load serves all rows, and all lanes read the same state.
// Where quads are few, SLICES groups of lanes share the sum over k; the parts are added in order.

var<private> sums: array<vec4f, ROWS>;
var<workgroup> parts: array<vec4f, ROWS * LANES>;

// Rows of the state begin at `start`, `stride` apart, and have `depth` vec4s; rows of w have `columns` vec4s.
fn product(start: u32, stride: u32, depth: u32, column: u32, columns: u32, lane: u32) {
  let part = (depth + SLICES - 1u) / SLICES;
  let first = lane / (LANES / SLICES) * part;
  for (var r = 0u; r < ROWS; r++) { sums[r] = vec4f(0.0); }
  for (var l = first; l < min(first + part, depth); l++) {
    let at = l * 4u * columns + column;
    let w0 = w[at];
    let w1 = w[at + columns];
    let w2 = w[at + 2u * columns];
    let w3 = w[at + 3u * columns];
    for (var r = 0u; r < ROWS; r++) {
      let s = state_at(start + r * stride + l);
      sums[r] += s.x * w0 + s.y * w1 + s.z * w2 + s.w * w3;
    }
  }
  if (SLICES > 1u) {
    for (var r = 0u; r < ROWS; r++) { parts[r * LANES + lane] = sums[r]; }
    workgroupBarrier();
    for (var r = 0u; r < ROWS; r++) {
      let at = r * LANES + lane % (LANES / SLICES);
      sums[r] = parts[at];
      for (var slice = 1u; slice < SLICES; slice++) { sums[r] += parts[at + slice * (LANES / SLICES)]; }
    }
    workgroupBarrier();
  }
}

fn sum_at(r: u32) -> vec4f {
  return sums[r];
}

// The unit in a block that item i works on: neighbours next to each other.
fn unit_of(i: u32) -> u32 {
  return i % (4u * QUADS);
}

// Waits until what the lanes have stored can be read by all.
fn meet() {
  storageBarrier();
}
