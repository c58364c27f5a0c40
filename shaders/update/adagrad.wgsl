// Adagrad (Duchi et al. 2011), with Keras's place of ε:
//   a ← a + g²      p ← p − lr·g/√(a + ε)
// p, g, a [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> a: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  epsilon: f32,
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
  let total = a[i] + gradient * gradient;
  a[i] = total;
  p[i] -= step_f32(params.step_base) * gradient * inverseSqrt(total + params.epsilon);
}
