// Adamax (Kingma & Ba 2015, section 7.1): Adam with the infinity norm.
//   m ← m + (g − m)·(1 − β₁)      u ← max(β₂·u, |g|)      p ← p − lr/(1 − β₁ᵗ) · m/(u + ε)
// p, g, m, u [n] lie at the same offsets of their arenas; a lane owns one vec4. lr and t come from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> u: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  beta_1: f32,
  beta_2: f32,
  rest_1: f32, // 1 − β₁, subtracted in f64
  epsilon: f32,
  step_base: u32, // of lr, t
}
@group(0) @binding(4) var<uniform> params: Params;

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
  let lr = step_f32(params.step_base);
  let t = step_u32(params.step_base + 1u);
  let gradient = g[i];
  let first = m[i] + (gradient - m[i]) * params.rest_1;
  let faded = params.beta_2 * u[i];
  let highest = select(abs(gradient), faded, faded > abs(gradient)); // NaN stays
  m[i] = first;
  u[i] = highest;
  p[i] -= lr / (1.0 - power(params.beta_1, t)) * first / (highest + params.epsilon);
}
