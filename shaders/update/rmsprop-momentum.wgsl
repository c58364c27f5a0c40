// RMSprop with momentum μ and, if CENTERED, with the variance in place of the second moment:
//   v ← ρ·v + (1 − ρ)·g²      a ← ρ·a + (1 − ρ)·g
//   m ← μ·m + lr·g/√(v − a² + ε)      p ← p − m
// p, g, v, a, m [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.

override CENTERED = false;

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> m: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  rho: f32,
  rest: f32, // 1 − ρ, subtracted in f64
  epsilon: f32,
  momentum: f32,
  step_base: u32, // of lr
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
  let gradient = g[i];
  let second = params.rho * v[i] + params.rest * gradient * gradient;
  v[i] = second;
  var spread = second;
  if (CENTERED) {
    let average = params.rho * a[i] + params.rest * gradient;
    a[i] = average;
    spread -= average * average;
  }
  let step = step_f32(params.step_base) * gradient * inverseSqrt(spread + params.epsilon);
  let velocity = params.momentum * m[i] + step;
  m[i] = velocity;
  p[i] -= velocity;
}
