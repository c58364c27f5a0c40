// C[i, j] = f(Σ_k A[i, k]·B[k, j] + bias[j]), f(x) = x or relu, for every matrix of a batch, or for every part of k.
// f ends as epilogue.wgsl has it. A, B, C, bias and gate are f32 or f16 each; sums are f32.
//
// For processors whose lanes share registers but whose loads are dear (a CPU behind a software adapter): nothing is
// loaded twice, nothing goes through workgroup memory. A workgroup is one subgroup of LANES lanes and owns ROWS × 4·LANES
// of C; a lane owns ROWS × 4, as one vec4 per row. Each step covers four k: the lanes load B[k .. k+3, their 4 columns]
// for themselves and a fragment of A[rows, k .. k+3] together, which shuffles then hand to all.
//
// The stores are a loop whose length no compiler knows: unrolled, they would take as long to compile as all the rest.
//
// Rows of A, B and C start on vec4s: where they do not, broadcast-strided.wgsl serves. Hence k is a multiple of 4 where it
// runs along a row of A or of Bᵀ; where it runs down, values past its end are taken as 0.
// Row blocks are the fastest part of the workgroup index, so that neighbours share B.

enable subgroups;

override TRANSPOSE_A: bool = false; // A is stored [k, m]
override TRANSPOSE_B: bool = false; // B is stored [n, k]
override DROPOUT: bool = false;

const ROWS = 16u;
const LANES = 8u;
const QUADS = ROWS / 4u; // vec4s in a column of the block
const DEPTHS = LANES / QUADS; // values of k in one load of a transposed A
const LOADS = ROWS / LANES;

alias A = f32;
alias B = f32;
alias C = f32;
alias Bias = f32;
alias Gate = f32;

@group(0) @binding(0) var<storage, read> a: array<vec4<A>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<B>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<Bias>>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4<C>>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(5) var<storage, read> extent: array<u32>;
@group(0) @binding(6) var<storage, read> gate: array<vec4<Gate>>;

// In elements, all starts and distances divisible by 4.
struct Params {
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  a_start: u32,
  a_batch: u32,
  a_row: u32,
  a_column: u32,
  b_start: u32,
  b_batch: u32,
  b_row: u32,
  b_column: u32,
  c_start: u32,
  c_batch: u32,
  c_row: u32,
  bias_start: u32,
  has_bias: u32,
  floor: f32,
  parts: u32,
  part_depth: u32,
  part_size: u32,
  sums_start: u32,
  has_sums: u32,
  limits: u32,
  limit_start: u32,
  has_gate: u32,
  scale: f32,
  stream: u32,
  threshold: u32,
  step_base: u32,
}
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let row_blocks = (params.m + ROWS - 1u) / ROWS;
  let column_blocks = (params.n + 4u * LANES - 1u) / (4u * LANES);
  let g = flat_group(group, groups);
  let i0 = g % row_blocks * ROWS;
  let j = (g / row_blocks % column_blocks * LANES + lane) * 4u;
  let matrix = g / (row_blocks * column_blocks) % params.batch;
  let part = g / (row_blocks * column_blocks * params.batch);
  let start = part * params.part_depth;
  let end = end_of_sums(start, i0);
  let part_of_a = subgroup_lane % LANES;
  let a_base = params.a_start + matrix * params.a_batch;
  let b_base = params.b_start + matrix * params.b_batch;

  var acc: array<vec4f, ROWS>;
  var column_sums = vec4f(0.0);
  for (var l = start; l < end; l += 4u) {
    var fragment: array<vec4f, LOADS>;
    for (var q = 0u; q < LOADS; q++) {
      if (TRANSPOSE_A) {
        // A lane holds four rows at one k.
        let depth = l + q * DEPTHS + part_of_a / QUADS;
        let values = vec4f(a[(a_base + depth * params.a_column + i0) / 4u + part_of_a % QUADS]);
        fragment[q] = select(vec4f(0.0), values, depth < end);
      } else {
        // A lane holds one row at four k.
        fragment[q] = vec4f(a[(a_base + (i0 + q * LANES + part_of_a) * params.a_row + l) / 4u]);
      }
    }
    var b0: vec4f;
    var b1: vec4f;
    var b2: vec4f;
    var b3: vec4f;
    if (TRANSPOSE_B) {
      let at = (b_base + j * params.b_column + l) / 4u;
      let step = params.b_column / 4u;
      let x = vec4f(b[at]);
      let y = vec4f(b[at + step]);
      let z = vec4f(b[at + 2u * step]);
      let w = vec4f(b[at + 3u * step]);
      b0 = vec4f(x.x, y.x, z.x, w.x);
      b1 = vec4f(x.y, y.y, z.y, w.y);
      b2 = vec4f(x.z, y.z, z.z, w.z);
      b3 = vec4f(x.w, y.w, z.w, w.w);
    } else {
      let at = (b_base + l * params.b_row + j) / 4u;
      let step = params.b_row / 4u;
      b0 = vec4f(b[at]);
      b1 = select(vec4f(0.0), vec4f(b[at + step]), l + 1u < end);
      b2 = select(vec4f(0.0), vec4f(b[at + 2u * step]), l + 2u < end);
      b3 = select(vec4f(0.0), vec4f(b[at + 3u * step]), l + 3u < end);
    }
    for (var r = 0u; r < ROWS; r++) {
      if (TRANSPOSE_A) {
        let quad = r / 4u;
        acc[r] += subgroupShuffle(fragment[0][r % 4u], quad) * b0
          + subgroupShuffle(fragment[1u / DEPTHS][r % 4u], 1u % DEPTHS * QUADS + quad) * b1
          + subgroupShuffle(fragment[2u / DEPTHS][r % 4u], 2u % DEPTHS * QUADS + quad) * b2
          + subgroupShuffle(fragment[3u / DEPTHS][r % 4u], 3u % DEPTHS * QUADS + quad) * b3;
      } else {
        let row = subgroupShuffle(fragment[r / LANES], r % LANES);
        acc[r] += row.x * b0 + row.y * b1 + row.z * b2 + row.w * b3;
      }
    }
    column_sums += b0 + b1 + b2 + b3;
  }

  if (j < params.n && part < params.parts) {
    var shift = vec4f(0.0);
    if (params.has_bias != 0u) {
      shift = vec4f(bias[(params.bias_start + j) / 4u]);
    }
    let at = params.c_start + part * params.part_size + matrix * params.c_batch + j;
    var rows = acc;
    for (var i = i0; i < min(i0 + ROWS, params.m); i++) {
      let quad = (i * params.n + j) / 4u;
      var y = rectify(rows[i - i0] + shift, params.floor);
      if (params.has_gate != 0u) {
        y = let_pass(y, vec4f(gate[quad]));
      }
      if (DROPOUT) {
        y = drop(y, quad, params.stream, params.threshold, params.scale, params.step_base);
      } else {
        y *= params.scale;
      }
      c[(at + i * params.c_row) / 4u] = vec4<C>(y);
    }
    if (params.has_sums != 0u && i0 == 0u && matrix == 0u) {
      sums[(params.sums_start + part * params.n + j) / 4u] = column_sums;
    }
  }
}
