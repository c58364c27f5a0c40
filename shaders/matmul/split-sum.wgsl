// C[i, j] = f(Σ_s P[s, i, j] + bias[j]): adds the parts of a product whose k was split, in order.
// P [parts, m·n rounded up to a line of 64], C with rows c_row apart. A lane owns one element of C.

override ACTIVATION: u32 = 0;

@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;

struct Params {
  m: u32,
  n: u32,
  parts_count: u32,
  c_start: u32,
  c_row: u32,
  bias_start: u32,
  has_bias: u32,
  floor: f32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = flat_group(group, groups) * 256u + lane;
  let size = params.m * params.n;
  if (at >= size) {
    return;
  }
  let slice = (size + 63u) / 64u * 64u;
  let j = at % params.n;
  var sum = parts[at];
  for (var s = 1u; s < params.parts_count; s++) {
    sum += parts[s * slice + at];
  }
  if (params.has_bias != 0u) {
    sum += bias[params.bias_start + j];
  }
  c[params.c_start + at / params.n * params.c_row + j] = activate(ACTIVATION, vec4f(sum), params.floor).x;
}
