// y[i] = value, given as its four bytes, for any element type; two f16 are one element here.
// y [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

@group(0) @binding(0) var<storage, read_write> y: array<vec4u>;

struct Params {
  n: u32,
  bits: u32,
}
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u < params.n) {
    y[i] = vec4u(params.bits);
  }
}
