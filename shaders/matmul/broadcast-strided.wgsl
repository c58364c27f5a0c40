// C[i, j] = f(Σ_k A[i, k]·B[k, j] + bias[j]), f(x) = x or relu, for every matrix of a batch, or for every part of k.
// f ends as epilogue.wgsl has it. A, B, C, bias and gate are f32 or f16 each; sums are f32.
// As broadcast.wgsl, which explains the work distribution, for operands that lie anywhere at a constant distance between
// rows, columns and matrices: transposes are strides, and every element is loaded and stored by itself.

enable subgroups;

override DROPOUT: bool = false;

const ROWS = 16u;
const LANES = 8u;
const LOADS = ROWS / LANES;

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

// B[l, j .. j+3], zero from `end` on.
fn row_of_b(at: u32, l: u32, end: u32) -> vec4f {
  let step = params.b_column;
  return select(vec4f(0.0), vec4f(vec4<B>(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step])), l < end);
}

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
  let a_base = params.a_start + matrix * params.a_batch + (i0 + subgroup_lane % LANES) * params.a_row;
  let b_base = params.b_start + matrix * params.b_batch + j * params.b_column;

  var acc: array<vec4f, ROWS>;
  var column_sums = vec4f(0.0);
  for (var l = start; l < end; l += 2u) {
    var fragment: array<vec2f, LOADS>;
    for (var q = 0u; q < LOADS; q++) {
      let at = a_base + q * LANES * params.a_row + l * params.a_column;
      fragment[q] = select(vec2f(0.0), vec2f(vec2<A>(a[at], a[at + params.a_column])), vec2u(l, l + 1u) < vec2u(end));
    }
    let at = b_base + l * params.b_row;
    let b0 = row_of_b(at, l, end);
    let b1 = row_of_b(at + params.b_row, l + 1u, end);
    for (var r = 0u; r < ROWS; r++) {
      let row = subgroupShuffle(fragment[r / LANES], r % LANES);
      acc[r] += row.x * b0 + row.y * b1;
    }
    column_sums += b0 + b1;
  }

  if (part >= params.parts) {
    return;
  }
  var shift = vec4f(0.0);
  if (params.has_bias != 0u) {
    let at = params.bias_start + j;
    shift = vec4f(vec4<Bias>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]));
  }
  let at = params.c_start + part * params.part_size + matrix * params.c_batch + j;
  var rows = acc;
  for (var i = i0; i < min(i0 + ROWS, params.m); i++) {
    let first = i * params.n + j;
    var y = rectify(rows[i - i0] + shift, params.floor);
    if (params.has_gate != 0u) {
      y = let_pass(y, vec4f(vec4<Gate>(gate[first], gate[first + 1u], gate[first + 2u], gate[first + 3u])));
    }
    if (DROPOUT) {
      y = drop(y, first / 4u, params.stream, params.threshold, params.scale, params.step_base);
    } else {
      y *= params.scale;
    }
    for (var v = 0u; v < 4u; v++) {
      if (j + v < params.n) {
        c[at + i * params.c_row + v] = C(y[v]);
      }
    }
  }
  if (params.has_sums != 0u && i0 == 0u && matrix == 0u) {
    for (var v = 0u; v < 4u; v++) {
      if (j + v < params.n) {
        sums[params.sums_start + part * params.n + j + v] = column_sums[v];
      }
    }
  }
}
