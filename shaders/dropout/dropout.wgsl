// y = x with dropout (lib/dropout), and the gradient is this very kernel on dy.
// x, y [n], in vec4s; the window starts `first` vec4s into the tensors. The key is in the step slot, so that every replay
// of a captured step drops others. A lane owns one vec4 (the tail of the last one is padding).

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<T>>;

struct Params {
  n: u32,
  first: u32,
  stream: u32,
  threshold: u32,
  scale: f32,
  step_base: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u < params.n) {
    y[i] = vec4<T>(drop(vec4f(x[i]), params.first + i, params.stream, params.threshold, params.scale, params.step_base));
  }
}
