// Lion (Chen et al. 2023):
//   p ← p − lr·sign(β₁·m + (1 − β₁)·g)      m ← β₂·m + (1 − β₂)·g
// p, g, m [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  beta_1: f32,
  beta_2: f32,
  rest_1: f32, // 1 − β₁, subtracted in f64
  rest_2: f32,
  step_base: u32, // of lr
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i >= params.n) {
    return;
  }
  let gradient = g[i];
  let momentum = m[i];
  let direction = params.beta_1 * momentum + params.rest_1 * gradient;
  m[i] = params.beta_2 * momentum + params.rest_2 * gradient;
  p[i] -= step_f32(params.step_base) * select(sign(direction), direction, is_nan(direction));
}
