// Every gradient bounded to [−limit, limit]: c = clip(g, −limit, limit); NaN stays.
// g, c [n] lie at the same offsets of their arenas; a lane owns one vec4.

@group(0) @binding(0) var<storage, read> g: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> c: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  limit: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

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
  let bound = vec4f(params.limit);
  let gradient = g[i];
  c[i] = select(select(gradient, -bound, gradient < -bound), bound, gradient > bound);
}
