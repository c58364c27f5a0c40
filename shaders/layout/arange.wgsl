// y[i] = start + i · step
// y [n]; T is its element type, start and step are given as bits. y is a window of a larger tensor, from element
// `first` on. A lane owns one element.

alias T = f32;

@group(0) @binding(0) var<storage, read_write> y: array<T>;

struct Params {
  n: u32,
  first: u32,
  start: u32,
  step: u32,
}
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i < params.n) {
    y[i] = bitcast<T>(params.start) + T(params.first + i) * bitcast<T>(params.step);
  }
}
