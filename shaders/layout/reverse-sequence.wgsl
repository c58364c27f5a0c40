// y[b, t] = x[b, length − 1 − t] for t < length, else x[b, t]
// x, y [rows, time, inner], both windows of larger tensors, from element `base` on. The length is a word of the step slot. A lane
// owns one element, which is moved as bits.

alias T = u32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;

struct Params {
  n: u32,
  base: u32,
  time: u32,
  inner: u32,
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
  if (i < params.n) {
    let length = step_u32(params.step_base);
    let t = i / params.inner % params.time;
    let source = select(i, i - t * params.inner + (length - 1u - t) * params.inner, t < length);
    y[params.base + i] = x[params.base + source];
  }
}
