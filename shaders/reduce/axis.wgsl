// y[o, s, c] = (x[o, begin, c] ∘ … ∘ x[o, end − 1, c]) / divisor over segment s of axis 1, where ∘ is `combine`.
// x [outer, n, inner] starts `x_base` elements into what is bound; y [outer, segments, inner] likewise. With VEC, inner and
// x_base are multiples of 4.
// A workgroup owns 256 / lanes quads of columns; `lanes` lanes share one (more than one only with SHARED). Each folds its rows
// in blocks of 32, then the lanes fold as a tree of fours (see rows.wgsl for the error of a sum).

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;

struct Params {
  n: u32,
  inner: u32,
  segment: u32,
  segments: u32,
  // outer · segments · quads of columns
  count: u32,
  x_base: u32,
  y_base: u32,
  // A power of four.
  lanes: u32,
  // The neutral element of ∘, as its bits.
  identity: u32,
  // Whether y holds what earlier parts of the axis gave.
  accumulate: u32,
  divisor: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override VEC: bool = false;
override SHARED: bool = false;

const BLOCK = 32u;

var<workgroup> partial: array<vec4<T>, 256>;

// Four columns of one row; those past the last repeat it.
fn load(row: u32, column: u32) -> vec4<T> {
  if (VEC) {
    return x[(row + column) / 4u];
  }
  let at = row + min(column + vec4u(0u, 1u, 2u, 3u), vec4u(params.inner - 1u));
  return vec4<T>(x[at.x / 4u][at.x % 4u], x[at.y / 4u][at.y % 4u], x[at.z / 4u][at.z % 4u], x[at.w / 4u][at.w % 4u]);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let wide = 256u / params.lanes;
  let lane = local / wide;
  let quads = (params.inner + 3u) / 4u;
  let o = flat_group(group, groups) * wide + local % wide;
  let column = o % quads * 4u;
  let slice = o / quads;
  let nothing = vec4<T>(bitcast<T>(params.identity));
  var total = nothing;
  if (o < params.count) {
    let begin = slice % params.segments * params.segment;
    let end = min(begin + params.segment, params.n);
    let start = params.x_base + slice / params.segments * params.n * params.inner;
    var sum = nothing;
    var i = 0u;
    for (var k = begin + lane; k < end; k += params.lanes) {
      sum = combine(sum, load(start + k * params.inner, column));
      if (i % BLOCK == BLOCK - 1u) {
        total = combine(total, sum);
        sum = nothing;
      }
      i++;
    }
    total = combine(total, sum);
  }
  if (SHARED) {
    partial[local] = total;
    for (var d = 64u; d >= wide; d /= 4u) {
      workgroupBarrier();
      if (local < d) {
        let pair = combine(partial[local], partial[local + d]);
        partial[local] = combine(pair, combine(partial[local + 2u * d], partial[local + 3u * d]));
      }
    }
    total = partial[local];
  }
  if (lane == 0u && o < params.count) {
    let first = params.y_base + slice * params.inner + column;
    for (var c = 0u; c < min(4u, params.inner - column); c++) {
      var result = vec4<T>(total[c]);
      if (params.accumulate != 0u) {
        result = combine(vec4<T>(y[first + c]), result);
      }
      if (params.divisor != 1.0) {
        result = vec4<T>(vec4f(result) / params.divisor);
      }
      y[first + c] = result.x;
    }
  }
}
