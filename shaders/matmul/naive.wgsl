// C[i, j] = f(Σ_k A[i, k]·B[k, j] + bias[j]) for every matrix of a batch, or for every part of k; f by ACTIVATION.
// f ends as epilogue.wgsl has it. A, B, C, bias and gate are f32 or f16 each; sums are f32.
// A, B and C lie anywhere at a constant distance between rows, columns and matrices: transposes are strides.
// A lane owns one element of C: the textbook kernel, oracle of the fast ones and the yardstick of their speed.

override ACTIVATION: u32 = 0;
override DROPOUT: bool = false;

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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let column_blocks = (params.n + 63u) / 64u;
  let g = flat_group(group, groups);
  let j = g % column_blocks * 64u + lane;
  let i = g / column_blocks % params.m;
  let matrix = g / (column_blocks * params.m) % params.batch;
  let part = g / (column_blocks * params.m * params.batch);
  if (j >= params.n || part >= params.parts) {
    return;
  }
  let start = part * params.part_depth;
  let end = end_of_sums(start, i);
  var sum = 0.0;
  var column_sum = 0.0;
  for (var l = start; l < end; l++) {
    let value = f32(b[params.b_start + matrix * params.b_batch + l * params.b_row + j * params.b_column]);
    sum += f32(a[params.a_start + matrix * params.a_batch + i * params.a_row + l * params.a_column]) * value;
    column_sum += value;
  }
  if (params.has_bias != 0u) {
    sum += f32(bias[params.bias_start + j]);
  }
  let at = params.c_start + part * params.part_size + matrix * params.c_batch + i * params.c_row + j;
  let first = i * params.n + j;
  var y = activate(ACTIVATION, vec4f(sum), params.floor);
  if (params.has_gate != 0u) {
    y = let_pass(y, vec4f(f32(gate[first])));
  }
  if (DROPOUT) {
    y = drop(y, first / 4u, params.stream, params.threshold, params.scale, params.step_base);
  } else {
    y *= params.scale;
  }
  c[at] = C(y[first % 4u]);
  if (params.has_sums != 0u && i == 0u && matrix == 0u) {
    sums[params.sums_start + part * params.n + j] = column_sum;
  }
}
