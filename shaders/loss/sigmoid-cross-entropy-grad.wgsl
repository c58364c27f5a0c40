// dx[i] = dloss[i] · (σ(x[i]) − t[i])
// x logits, t targets, dloss, dx [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> t: array<vec4f>;
@group(0) @binding(2) var<storage, read> dloss: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

struct Params {
  n: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u < params.n) {
    dx[i] = dloss[i] * (sigmoid(x[i]) - t[i]);
  }
}
