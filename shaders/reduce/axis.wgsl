// y[o, s, c] = x[o, begin, c] ∘ … ∘ x[o, end − 1, c] over segment s of axis 1, where ∘ is `combine`; MEAN divides by `divisor`.
// x [outer, n, inner] starts `x_base` elements into what is bound; y [outer, segments, inner] likewise. With VEC, inner and
// x_base are multiples of 4.
// A workgroup owns 256 / LANES quads of columns; LANES lanes share one. Each folds its rows in blocks of 32, then the lanes
// fold as a tree (see rows.wgsl for the error of a sum).

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
  identity: u32,
  accumulate: u32,
  divisor: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override LANES: u32 = 16;
override VEC: bool = false;
override MEAN: bool = false;

const BLOCK = 32u;

var<workgroup> partial: array<vec4<T>, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let wide = 256u / LANES;
  let quads = (params.inner + 3u) / 4u;
  let o = flat_group(group, groups) * wide + lane % wide;
  let row = lane / wide;
  let column = o % quads * 4u;
  let slice = o / quads;
  let nothing = vec4<T>(bitcast<T>(params.identity));
  // Columns past the last repeat it and are not stored.
  let columns = min(column + vec4u(0u, 1u, 2u, 3u), vec4u(params.inner - 1u));
  var total = nothing;
  if (o < params.count) {
    let begin = slice % params.segments * params.segment;
    let end = min(begin + params.segment, params.n);
    let start = params.x_base + slice / params.segments * params.n * params.inner;
    for (var base = begin + row; base < end; base += BLOCK * LANES) {
      var sum = nothing;
      for (var k = base; k < min(base + BLOCK * LANES, end); k += LANES) {
        let at = start + k * params.inner;
        if (VEC) {
          sum = combine(sum, x[(at + column) / 4u]);
        } else {
          let e = vec4u(at) + columns;
          sum = combine(sum, vec4<T>(x[e.x / 4u][e.x % 4u], x[e.y / 4u][e.y % 4u], x[e.z / 4u][e.z % 4u], x[e.w / 4u][e.w % 4u]));
        }
      }
      total = combine(total, sum);
    }
  }
  if (LANES > 1u) {
    partial[lane] = total;
    for (var d = LANES / 2u; d > 0u; d /= 2u) {
      workgroupBarrier();
      if (row < d) {
        partial[lane] = combine(partial[lane], partial[lane + d * wide]);
      }
    }
    total = partial[lane];
  }
  if (row == 0u && o < params.count) {
    let first = params.y_base + slice * params.inner + column;
    for (var k = 0u; k < 4u; k++) {
      if (column + k < params.inner) {
        var result = vec4<T>(total[k]);
        if (params.accumulate != 0u) {
          result = combine(vec4<T>(y[first + k]), result);
        }
        if (MEAN) {
          result = vec4<T>(vec4f(result) / params.divisor);
        }
        y[first + k] = result.x;
      }
    }
  }
}
