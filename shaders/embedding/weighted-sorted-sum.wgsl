// sums[s, :] = Σ over i in start[s] … start[s + 1] of weights[order[i]] · x[order[i] / share, :]
// The pieces of the segments, as sorted-sum.wgsl makes them, with a weight for each: `share` neighbouring ids stand for
// one row of x. x [rows, width], start [segments + 1], order and weights [n], sums [segments, width], row-major; T is vec4f
// or vec2f where the width divides, and widths then count those. A lane owns one T of sums and adds in order.

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> start: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> sums: array<T>;

struct Params {
  segments: u32,
  width: u32,
  share: u32,
}
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 64u + lane;
  if (i >= params.segments * params.width) {
    return;
  }
  let segment = i / params.width;
  let column = i - segment * params.width;
  let end = start[segment + 1u];
  var sum = T(0.0);
  for (var at = start[segment]; at < end; at++) {
    let place = order[at];
    sum += weights[place] * x[place / params.share * params.width + column];
  }
  sums[i] = sum;
}
