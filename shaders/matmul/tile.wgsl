// C[i, j] = f(Σ_k A[i, k]·B[k, j] + bias[j]) for every matrix of a batch, or for every part of k; f by ACTIVATION.
// f ends as epilogue.wgsl has it. A, B, C, bias and gate are f32 or f16 each; sums are f32.
// A, B and C lie anywhere at a constant distance between rows, columns and matrices.
//
// For GPUs: a workgroup owns TILE_M × TILE_N of C and walks k in steps of TILE_K, whose parts of A and B it keeps in
// workgroup memory as vec4s of four rows, or four columns, at one k. A lane owns LANE_M × LANE_N of C in registers.
// Its vec4s lie a tile's quarter, eighth … apart, so that neighbouring lanes touch neighbouring vec4s.

override TRANSPOSE_A: bool = false; // A is stored [k, m]: neighbouring lanes load neighbouring rows, not depths
override TRANSPOSE_B: bool = false; // B is stored [n, k]
override ACTIVATION: u32 = 0;
override DROPOUT: bool = false;

const TILE_M = 64u;
const TILE_N = 64u;
const TILE_K = 16u;
const LANE_M = 4u;
const LANE_N = 4u;

const QUADS_M = LANE_M / 4u;
const QUADS_N = LANE_N / 4u;
const LANES_M = TILE_M / LANE_M;
const LANES_N = TILE_N / LANE_N;
const LANES = LANES_M * LANES_N;
// One vec4 more than a row has, so that a column's vec4s lie in different banks of workgroup memory.
const STRIDE_M = TILE_M / 4u + 1u;
const STRIDE_N = TILE_N / 4u + 1u;

alias A = f32;
alias B = f32;
alias C = f32;
alias Bias = f32;
alias Gate = f32;

@group(0) @binding(0) var<storage, read> a: array<A>;
@group(0) @binding(1) var<storage, read> b: array<B>;
@group(0) @binding(2) var<storage, read> bias: array<Bias>;
@group(0) @binding(3) var<storage, read_write> c: array<C>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read> extent: array<u32>;
@group(0) @binding(6) var<storage, read> gate: array<Gate>;

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

var<workgroup> tile_a: array<vec4f, TILE_K * STRIDE_M>; // [k, m]
var<workgroup> tile_b: array<vec4f, TILE_K * STRIDE_N>; // [k, n]

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row_blocks = (params.m + TILE_M - 1u) / TILE_M;
  let column_blocks = (params.n + TILE_N - 1u) / TILE_N;
  let g = flat_group(group, groups);
  let i0 = g % row_blocks * TILE_M;
  let j0 = g / row_blocks % column_blocks * TILE_N;
  let matrix = g / (row_blocks * column_blocks) % params.batch;
  let part = g / (row_blocks * column_blocks * params.batch);
  let start = part * params.part_depth;
  let end = end_of_sums(start, i0);
  let a_base = params.a_start + matrix * params.a_batch + i0 * params.a_row;
  let b_base = params.b_start + matrix * params.b_batch + j0 * params.b_column;
  let lane_m = lane / LANES_N;
  let lane_n = lane % LANES_N;

  var acc: array<array<vec4f, QUADS_N>, LANE_M>;
  var column_sums: array<vec4f, QUADS_N>;
  for (var l = start; l < end; l += TILE_K) {
    for (var e = lane; e < TILE_K * TILE_M / 4u; e += LANES) {
      let quad = select(e / TILE_K, e % (TILE_M / 4u), TRANSPOSE_A);
      let depth = select(e % TILE_K, e / (TILE_M / 4u), TRANSPOSE_A);
      let at = a_base + quad * 4u * params.a_row + (l + depth) * params.a_column;
      let step = params.a_row;
      let values = vec4f(vec4<A>(a[at], a[at + step], a[at + 2u * step], a[at + 3u * step]));
      tile_a[depth * STRIDE_M + quad] = select(vec4f(0.0), values, l + depth < end);
    }
    for (var e = lane; e < TILE_K * TILE_N / 4u; e += LANES) {
      let quad = select(e % (TILE_N / 4u), e / TILE_K, TRANSPOSE_B);
      let depth = select(e / (TILE_N / 4u), e % TILE_K, TRANSPOSE_B);
      let at = b_base + quad * 4u * params.b_column + (l + depth) * params.b_row;
      let step = params.b_column;
      let values = vec4f(vec4<B>(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step]));
      tile_b[depth * STRIDE_N + quad] = select(vec4f(0.0), values, l + depth < end);
    }
    workgroupBarrier();
    for (var depth = 0u; depth < TILE_K; depth++) {
      var columns: array<vec4f, QUADS_N>;
      for (var q = 0u; q < QUADS_N; q++) {
        columns[q] = tile_b[depth * STRIDE_N + q * LANES_N + lane_n];
      }
      for (var p = 0u; p < QUADS_M; p++) {
        let rows = tile_a[depth * STRIDE_M + p * LANES_M + lane_m];
        for (var q = 0u; q < QUADS_N; q++) {
          acc[p * 4u][q] += rows.x * columns[q];
          acc[p * 4u + 1u][q] += rows.y * columns[q];
          acc[p * 4u + 2u][q] += rows.z * columns[q];
          acc[p * 4u + 3u][q] += rows.w * columns[q];
        }
      }
    }
    if (params.has_sums != 0u && i0 == 0u && lane_m == 0u) {
      for (var depth = 0u; depth < TILE_K; depth++) {
        for (var q = 0u; q < QUADS_N; q++) {
          column_sums[q] += tile_b[depth * STRIDE_N + q * LANES_N + lane_n];
        }
      }
    }
    workgroupBarrier();
  }

  if (part >= params.parts) {
    return;
  }
  let c_base = params.c_start + part * params.part_size + matrix * params.c_batch;
  for (var q = 0u; q < QUADS_N; q++) {
    let j = j0 + (q * LANES_N + lane_n) * 4u;
    var shift = vec4f(0.0);
    if (params.has_bias != 0u) {
      let at = params.bias_start + j;
      shift = vec4f(vec4<Bias>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]));
    }
    for (var r = 0u; r < LANE_M; r++) {
      let i = i0 + (r / 4u * LANES_M + lane_m) * 4u + r % 4u;
      let first = i * params.n + j;
      var y = activate(ACTIVATION, acc[r][q] + shift, params.floor);
      if (params.has_gate != 0u) {
        y = let_pass(y, vec4f(vec4<Gate>(gate[first], gate[first + 1u], gate[first + 2u], gate[first + 3u])));
      }
      if (DROPOUT) {
        y = drop(y, first / 4u, params.stream, params.threshold, params.scale, params.step_base);
      } else {
        y *= params.scale;
      }
      for (var v = 0u; v < 4u; v++) {
        if (i < params.m && j + v < params.n) {
          c[c_base + i * params.c_row + j + v] = C(y[v]);
        }
      }
    }
    if (params.has_sums != 0u && i0 == 0u && matrix == 0u && lane_m == 0u) {
      for (var v = 0u; v < 4u; v++) {
        if (j + v < params.n) {
          sums[params.sums_start + part * params.n + j + v] = column_sums[q][v];
        }
      }
    }
  }
}
