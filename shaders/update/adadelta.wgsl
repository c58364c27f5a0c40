// Adadelta (Zeiler 2012, algorithm 1), scaled by a rate:
//   a ← ρ·a + (1 − ρ)·g²      δ = g·√(d + ε)/√(a + ε)      d ← ρ·d + (1 − ρ)·δ²      p ← p − lr·δ
// p, g, a, d [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> d: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  rho: f32,
  rest: f32, // 1 − ρ, subtracted in f64
  epsilon: f32,
  step_base: u32, // of lr
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
  let gradient = g[i];
  let squares = params.rho * a[i] + params.rest * gradient * gradient;
  let delta = gradient * sqrt(d[i] + params.epsilon) * inverseSqrt(squares + params.epsilon);
  a[i] = squares;
  d[i] = params.rho * d[i] + params.rest * delta * delta;
  p[i] -= step_f32(params.step_base) * delta;
}
