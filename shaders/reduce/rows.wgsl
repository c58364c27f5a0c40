// y[r, s] = x[r, begin] ∘ … ∘ x[r, end − 1] over segment s of row r, where ∘ is `combine`; MEAN divides by `divisor`.
// x [rows, n] starts `x_base` elements into what is bound; y [rows, segments] likewise. With VEC every row starts on a vec4.
// LANES lanes share a segment: each folds four chains in blocks of 32, then the lanes fold as a tree, so that the error of a
// sum grows with the length of a block, the count of blocks and the depth of the tree, not with n.

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
  // The neutral element of ∘, as its bits.
  identity: u32,
  // Whether y holds what earlier parts of the rows gave.
  accumulate: u32,
  divisor: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override LANES: u32 = 256;
override VEC: bool = false;
override MEAN: bool = false;

const BLOCK = 32u;

var<workgroup> partial: array<vec4<T>, 256>;

// Elements 4v to 4v + 3 of a segment's share: adjacent with VEC, LANES apart without. Past the end, the neutral element.
fn load(start: u32, v: u32, length: u32) -> vec4<T> {
  let nothing = bitcast<T>(params.identity);
  var value = vec4<T>(nothing);
  if (VEC) {
    value = x[start / 4u + v];
    if (4u * v + 4u > length) {
      value = select(vec4<T>(nothing), value, 4u * v + vec4u(0u, 1u, 2u, 3u) < vec4u(length));
    }
  } else {
    let first = v / LANES * 4u * LANES + v % LANES;
    for (var k = 0u; k < 4u; k++) {
      let e = first + k * LANES;
      if (e < length) {
        value[k] = x[(start + e) / 4u][(start + e) % 4u];
      }
    }
  }
  return value;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let o = flat_group(group, groups) * (256u / LANES) + lane / LANES;
  let nothing = vec4<T>(bitcast<T>(params.identity));
  var total = nothing;
  if (o < params.count) {
    let begin = o % params.segments * params.segment;
    let length = min(params.segment, params.n - begin);
    let start = params.x_base + o / params.segments * params.n + begin;
    let vectors = (length + 3u) / 4u;
    // Without VEC the last round of LANES vectors may be ragged: all of its lanes take part.
    let end = select((vectors + LANES - 1u) / LANES * LANES, vectors, VEC);
    for (var base = lane % LANES; base < end; base += BLOCK * LANES) {
      var sum = nothing;
      for (var v = base; v < min(base + BLOCK * LANES, end); v += LANES) {
        sum = combine(sum, load(start, v, length));
      }
      total = combine(total, sum);
    }
  }
  if (LANES > 1u) {
    partial[lane] = total;
    for (var d = LANES / 2u; d > 0u; d /= 2u) {
      workgroupBarrier();
      if (lane % LANES < d) {
        partial[lane] = combine(partial[lane], partial[lane + d]);
      }
    }
    total = partial[lane];
  }
  if (lane % LANES == 0u && o < params.count) {
    let halves = combine(total, total.zwxy);
    var result = combine(halves, halves.yxwz);
    if (params.accumulate != 0u) {
      result = combine(vec4<T>(y[params.y_base + o]), result);
    }
    if (MEAN) {
      result = vec4<T>(vec4f(result) / params.divisor);
    }
    y[params.y_base + o] = result.x;
  }
}
