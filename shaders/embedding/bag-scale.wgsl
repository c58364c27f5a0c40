// z[b, :] = x[b, :] · share(n), n the number of ids of bag b (bag-share.wgsl); 0 where there are none.
// x, z [batch, width] row-major; bags as in bag.wgsl. A lane owns one element of z.

override COMBINER = 0u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> bags: array<u32>;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;

struct Params {
  width: u32,
  size: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 64u + lane;
  if (i >= params.size) {
    return;
  }
  let bag = i / params.width;
  let n = bags[bag + 1u] - bags[bag];
  z[i] = select(0.0, x[i] * bag_share(COMBINER, n), n > 0u);
}
