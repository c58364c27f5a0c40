// Gradients times the scale of their group: c[j] = g[j]·scales[group] over the elements j of each chunk.
// g, c lie at the same offsets of their arenas. A workgroup of 64 per chunk, each lane every 64th vec4.

@group(0) @binding(0) var<storage, read> g: array<vec4f>;
@group(0) @binding(1) var<storage, read> chunks: array<vec4u>; // first element (a multiple of 4), elements, group, 0
@group(0) @binding(2) var<storage, read> scales: array<f32>; // by group
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

struct Params {
  first: u32, // of the chunks that lie in this binding
  count: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let k = flat_group(group, groups);
  if (k >= params.count) {
    return;
  }
  let chunk = chunks[params.first + k];
  for (var j = lane * 4u; j < chunk.y; j += 256u) {
    let i = (chunk.x + j) / 4u;
    c[i] = g[i] * scales[chunk.z];
  }
}
