// Gradients of a scaled loss, in place: g[j] ← g[j]/scale over the elements j of each chunk. found[0] becomes 1 if any of them
// is infinite or NaN.
// A workgroup of 64 per chunk, each lane every 64th vec4.

@group(0) @binding(0) var<storage, read_write> g: array<vec4f>;
@group(0) @binding(1) var<storage, read> chunks: array<vec4u>; // first element (a multiple of 4), elements, group, 0
@group(0) @binding(2) var<storage, read> state: array<u32>; // the scale (f32), and more
@group(0) @binding(3) var<storage, read_write> found: array<atomic<u32>>;

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
  let scale = bitcast<f32>(state[0]);
  var finite = true;
  for (var j = lane * 4u; j < chunk.y; j += 256u) {
    let i = (chunk.x + j) / 4u;
    let gradient = g[i] / scale;
    g[i] = gradient;
    // Past the end of the chunk lies padding, whatever it holds.
    let within = vec4u(j, j + 1u, j + 2u, j + 3u) < vec4u(chunk.y);
    finite = finite && all(is_finite(gradient) | !within);
  }
  if (!finite) {
    atomicMax(&found[0], 1u);
  }
}
