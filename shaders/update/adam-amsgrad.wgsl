// AMSGrad (Reddi et al. 2018): Adam whose divisor is the largest second moment so far.
//   m ← m + (g − m)·(1 − β₁)      v ← v + (g² − v)·(1 − β₂)      h ← max(h, v)
//   p ← p − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√h + ε)
// p, g, m, v, h [n] lie at the same offsets of their arenas; a lane owns one vec4. lr and t come from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> h: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  beta_1: f32,
  beta_2: f32,
  rest_1: f32, // 1 − β₁, subtracted in f64
  rest_2: f32,
  epsilon: f32,
  step_base: u32, // of lr, t
}
@group(0) @binding(5) var<uniform> params: Params;

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
  let alpha = lr * sqrt(1.0 - power(params.beta_2, t)) / (1.0 - power(params.beta_1, t));

  let gradient = g[i];
  let first = m[i] + (gradient - m[i]) * params.rest_1;
  let second = v[i] + (gradient * gradient - v[i]) * params.rest_2;
  let before = h[i];
  let highest = select(second, before, before > second); // NaN stays
  m[i] = first;
  v[i] = second;
  h[i] = highest;
  p[i] -= alpha * first / (sqrt(highest) + params.epsilon);
}
