// y[i] = combine(a[i], b[i]), where a or b may be a single element for all i.
// a, b, y [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding). `combine` comes from a lib file.

alias T = f32; // of the arithmetic
alias A = f32; // of a and b in memory
alias Y = f32;

@group(0) @binding(0) var<storage, read> a: array<vec4<A>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<A>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Y>>;

struct Params {
  n: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

override A_SCALAR: bool = false;
override B_SCALAR: bool = false;

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
  var p: vec4<T>;
  var q: vec4<T>;
  if (A_SCALAR) {
    p = vec4<T>(T(a[0].x));
  } else {
    p = vec4<T>(a[i]);
  }
  if (B_SCALAR) {
    q = vec4<T>(T(b[0].x));
  } else {
    q = vec4<T>(b[i]);
  }
  y[i] = vec4<Y>(combine(p, q));
}
