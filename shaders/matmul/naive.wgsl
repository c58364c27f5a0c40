// C[i, j] = f(Σ_k A[i, k]·B[k, j] + bias[j]) for every matrix of a batch, f(x) = x, relu, sigmoid or tanh.
// A, B and C lie anywhere at a constant distance between rows, columns and matrices: transposes are strides.
// A lane owns one element of C: the textbook kernel, oracle of the fast ones and the yardstick of their speed.

override ACTIVATION: u32 = 0;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

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
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let columns = (params.n + 63u) / 64u;
  let g = flat_group(group, groups);
  let j = g % columns * 64u + lane;
  let row = g / columns;
  let i = row % params.m;
  let matrix = row / params.m;
  if (j >= params.n || matrix >= params.batch) {
    return;
  }
  var sum = 0.0;
  var at_a = params.a_start + matrix * params.a_batch + i * params.a_row;
  var at_b = params.b_start + matrix * params.b_batch + j * params.b_column;
  for (var l = 0u; l < params.k; l++) {
    sum += a[at_a] * b[at_b];
    at_a += params.a_column;
    at_b += params.b_row;
  }
  if (params.has_bias != 0u) {
    sum += bias[params.bias_start + j];
  }
  c[params.c_start + matrix * params.c_batch + i * params.c_row + j] = activate(ACTIVATION, vec4f(sum), params.floor).x;
}
