// Gradient descent with momentum μ, as Keras writes it:
//   m ← μ·m − lr·g      p ← p + m, or with Nesterov's look-ahead p ← p + μ·m − lr·g
// p, g, m [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.

override NESTEROV = false;

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  momentum: f32,
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
  let descent = step_f32(params.step_base) * g[i];
  let velocity = params.momentum * m[i] - descent;
  m[i] = velocity;
  if (NESTEROV) {
    p[i] += params.momentum * velocity - descent;
  } else {
    p[i] += velocity;
  }
}
