// The sum of squares of each chunk of gradients: squares[first + k] = Σ g[j]² over the elements j of chunk k.
// Chunks tell where parameters lie, so that the padding between them does not count. A workgroup of 64 sums one chunk, each lane
// every 64th vec4; lanes are combined in a fixed order.

@group(0) @binding(0) var<storage, read> g: array<vec4f>;
@group(0) @binding(1) var<storage, read> chunks: array<vec4u>; // first element (a multiple of 4), elements, group, 0
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;

struct Params {
  first: u32, // of the chunks that lie in this binding
  count: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

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
  var sum = vec4f(0.0);
  for (var j = lane * 4u; j < chunk.y; j += 256u) {
    let index = vec4u(j, j + 1u, j + 2u, j + 3u);
    let value = select(vec4f(0.0), g[(chunk.x + j) / 4u], index < vec4u(chunk.y));
    sum += value * value;
  }
  let total = row_sum(sum.x + sum.y + sum.z + sum.w, lane);
  if (lane == 0u) {
    squares[params.first + k] = total;
  }
}
