// y[i] = x[i] as another dtype. In an integer floats lose their fraction (towards 0) and are clamped to what it holds, NaN to 0;
// anything but 0 is true.
// x, y [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

alias X = f32;
alias Y = i32;

@group(0) @binding(0) var<storage, read> x: array<vec4<X>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<Y>>;

struct Params {
  n: u32,
  // The bits of the largest integer, and the first float beyond it.
  largest: u32,
  bound: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override TO_BOOL: bool = false;
override FLOAT_TO_INT: bool = false;

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
  let value = x[i];
  if (TO_BOOL) {
    // Not value != 0, which is false for NaN.
    y[i] = vec4<Y>(!(value == vec4<X>()));
  } else if (FLOAT_TO_INT) {
    let f = vec4f(value);
    let largest = vec4<Y>(Y(params.largest));
    y[i] = select(select(vec4<Y>(f), largest, f >= vec4f(params.bound)), vec4<Y>(), is_nan(f));
  } else {
    y[i] = vec4<Y>(vec4f(value));
  }
}
