// y[b, j] = Σ over k of x[b, k] · table[ids[b, j], k]; `missing` where an id is no row of the table.
// x [batch, width], table [rows, width], ids and y [batch, count], row-major; T is vec4f where the width divides by 4, and
// widths then count vec4s. A lane owns 4 neighbouring y of one row, so that it loads x once for four rows of the table.

alias T = f32;
// What of vec4f(T) is summed: all of a vec4f, one of four copies of a number.
const PARTS = vec4f(1.0, 0.0, 0.0, 0.0);

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> table: array<T>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

struct Params {
  batch: u32,
  width: u32,
  rows: u32,
  count: u32,
  missing: f32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quads = (params.count + 3u) / 4u;
  let i = flat_group(group, groups) * 64u + lane;
  let b = i / quads;
  if (b >= params.batch) {
    return;
  }
  let j = (i - b * quads) * 4u;
  let first = b * params.count + j;
  let last = (b + 1u) * params.count - 1u;
  // Past the row's end its last id is looked up again.
  let id = vec4u(ids[first], ids[min(first + 1u, last)], ids[min(first + 2u, last)], ids[min(first + 3u, last)]);
  let row = min(id, vec4u(params.rows - 1u)) * params.width;
  var s0 = T(0.0);
  var s1 = T(0.0);
  var s2 = T(0.0);
  var s3 = T(0.0);
  for (var k = 0u; k < params.width; k++) {
    let a = x[b * params.width + k];
    s0 += a * table[row.x + k];
    s1 += a * table[row.y + k];
    s2 += a * table[row.z + k];
    s3 += a * table[row.w + k];
  }
  let sums = vec4f(dot(vec4f(s0), PARTS), dot(vec4f(s1), PARTS), dot(vec4f(s2), PARTS), dot(vec4f(s3), PARTS));
  let found = select(vec4f(params.missing), sums, id < vec4u(params.rows));
  for (var k = 0u; k < min(4u, params.count - j); k++) {
    y[first + k] = found[k];
  }
}
