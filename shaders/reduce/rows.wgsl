// y[r, s] = (x[r, begin] ∘ … ∘ x[r, end − 1]) / divisor over segment s of row r, where ∘ is `combine`.
// x [rows, n] starts `x_base` elements into what is bound; y [rows, segments] likewise. With VEC every row starts on a vec4.
// `lanes` lanes share a segment (more than one only with SHARED): each folds four chains in blocks of 32, then the lanes fold
// as a tree, so that the error of a sum grows with the length of a block, the count of blocks and the depth of the tree, not
// with n.

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;

struct Params {
  n: u32,
  segment: u32,
  segments: u32,
  // rows · segments
  count: u32,
  x_base: u32,
  y_base: u32,
  // A power of four.
  lanes: u32,
  // The neutral element of ∘, as its bits.
  identity: u32,
  // Whether y holds what earlier parts of the rows gave.
  accumulate: u32,
  divisor: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override VEC: bool = false;
override SHARED: bool = false;

const BLOCK = 32u;

var<workgroup> partial: array<vec4<T>, 256>;

// Four elements of a segment: with VEC the vec4 of `lane` in a round, without it four that lie `lanes` apart, so that
// neighbouring lanes read neighbouring elements. Past the end, the neutral element.
fn load(start: u32, round: u32, lane: u32, length: u32) -> vec4<T> {
  let nothing = vec4<T>(bitcast<T>(params.identity));
  let four = vec4u(0u, 1u, 2u, 3u);
  if (VEC) {
    let v = round * params.lanes + lane;
    return select(nothing, x[start / 4u + v], 4u * v + four < vec4u(length));
  }
  let e = (4u * round + four) * params.lanes + lane;
  let at = start + min(e, vec4u(length - 1u));
  let value = vec4<T>(x[at.x / 4u][at.x % 4u], x[at.y / 4u][at.y % 4u], x[at.z / 4u][at.z % 4u], x[at.w / 4u][at.w % 4u]);
  return select(nothing, value, e < vec4u(length));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let lane = local % params.lanes;
  let o = (flat_group(group, groups) * 256u + local) / params.lanes;
  let nothing = vec4<T>(bitcast<T>(params.identity));
  var total = nothing;
  if (o < params.count) {
    let begin = o % params.segments * params.segment;
    let length = min(params.segment, params.n - begin);
    let start = params.x_base + o / params.segments * params.n + begin;
    let rounds = (length - 1u) / (4u * params.lanes) + 1u;
    var sum = nothing;
    for (var i = 0u; i < rounds; i++) {
      sum = combine(sum, load(start, i, lane, length));
      if (i % BLOCK == BLOCK - 1u) {
        total = combine(total, sum);
        sum = nothing;
      }
    }
    total = combine(total, sum);
  }
  if (SHARED) {
    partial[local] = total;
    for (var d = params.lanes / 4u; d > 0u; d /= 4u) {
      workgroupBarrier();
      if (lane < d) {
        let pair = combine(partial[local], partial[local + d]);
        partial[local] = combine(pair, combine(partial[local + 2u * d], partial[local + 3u * d]));
      }
    }
    total = partial[local];
  }
  if (lane == 0u && o < params.count) {
    let halves = combine(total, total.zwxy);
    var result = combine(halves, halves.yxwz);
    if (params.accumulate != 0u) {
      result = combine(vec4<T>(y[params.y_base + o]), result);
    }
    if (params.divisor != 1.0) {
      result = vec4<T>(vec4f(result) / params.divisor);
    }
    y[params.y_base + o] = result.x;
  }
}
