// sums[s, :] = Σ over i in start[s] … start[s + 1] of x[row(i), :]
// row(i) is order[i] where the rows of x were sorted by segment, and i itself where not INDEXED: then x holds the segments'
// rows side by side.
// x [rows, width], start [segments + 1], order [n], sums [segments, width], row-major; T is vec4f or vec2f where the
// width divides, and widths then count those. Where COUNTED, only the first count[count_at] segments are summed.
// Lanes take one T of sums after the other, as far apart as there are lanes, and add in order: the same bits every
// run, without atomics. Long segments come here twice: cut into pieces of at most a hundred rows or so, then piece by piece.

override INDEXED = true;
override COUNTED = false;
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> start: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> count: array<u32>;
@group(0) @binding(4) var<storage, read_write> sums: array<T>;

struct Params {
  segments: u32,
  width: u32,
  count_at: u32,
}
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var segments = params.segments;
  if (COUNTED) {
    segments = count[params.count_at];
  }
  let lanes = groups.x * groups.y * 64u;
  for (var i = flat_group(group, groups) * 64u + lane; i < segments * params.width; i += lanes) {
    let segment = i / params.width;
    let column = i - segment * params.width;
    let end = start[segment + 1u];
    var sum = T(0.0);
    for (var at = start[segment]; at < end; at++) {
      var row = at;
      if (INDEXED) {
        row = order[at];
      }
      sum += x[row * params.width + column];
    }
    sums[i] = sum;
  }
}
