// y[i] = x[i] as another dtype. Floats lose their fraction (towards 0) and are clamped to what an integer holds, NaN to 0;
// anything but 0 is true.
// x, y [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

alias X = f32;
alias Y = i32;

@group(0) @binding(0) var<storage, read> x: array<vec4<X>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<Y>>;

struct Params {
  n: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

override TO_BOOL: bool = false;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u >= params.n) {
    return;
  }
  if (TO_BOOL) {
    y[i] = vec4<Y>(x[i] != vec4<X>());
  } else {
    y[i] = vec4<Y>(x[i]);
  }
}
