// Decoupled weight decay (Loshchilov & Hutter 2017), before the update proper: p ← p − p·λ·lr.
// p [n]; a lane owns one vec4. lr comes from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  decay: f32, // λ
  step_base: u32, // of lr
}
@group(0) @binding(1) var<uniform> params: Params;

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
  p[i] -= p[i] * params.decay * step_f32(params.step_base);
}
