// Nadam (Dozat 2016): Adam with Nesterov's look-ahead.
//   m ← m + (g − m)·(1 − β₁)      v ← v + (g² − v)·(1 − β₂)
//   p ← p − lr · (a·m + b·g)/(√(v/(1 − β₂ᵗ)) + ε)
// The weights a and b of momentum and gradient follow Dozat's momentum schedule; the host computes them for each step.
// p, g, m, v [n] lie at the same offsets of their arenas; a lane owns one vec4. lr, t, a and b come from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  beta_2: f32,
  rest_1: f32, // 1 − β₁, subtracted in f64
  rest_2: f32,
  epsilon: f32,
  step_base: u32, // of lr, t, a, b
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
  let a = step_f32(params.step_base + 2u);
  let b = step_f32(params.step_base + 3u);
  let gradient = g[i];
  let first = m[i] + (gradient - m[i]) * params.rest_1;
  let second = v[i] + (gradient * gradient - v[i]) * params.rest_2;
  m[i] = first;
  v[i] = second;
  let spread = sqrt(second / (1.0 - power(params.beta_2, t))) + params.epsilon;
  p[i] -= lr * (a * first + b * gradient) / spread;
}
