// y[i] = bits(i) < threshold ? x[i] · scale : 0, where element i owns word i mod 2 of Threefry's counter (i / 2, stream)
// x, y [n], in vec4s; the window starts `first` vec4s into the tensors. The key is in the step slot, so that every replay
// of a captured step drops others; the gradient is this very kernel on dy.
// A lane owns one vec4 (the tail of the last one is padding).

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

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
    let key = vec2u(step_u32(params.step_base), step_u32(params.step_base + 1u));
    let counter = (params.first + i) * 2u;
    let bits = vec4u(threefry(key, vec2u(counter, params.stream)), threefry(key, vec2u(counter + 1u, params.stream)));
    y[i] = select(vec4f(0.0), x[i] * params.scale, bits < vec4u(params.threshold));
  }
}
