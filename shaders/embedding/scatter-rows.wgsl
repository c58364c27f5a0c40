// table[row(s), :] = x[s, :] for the first `count` rows of x; rows: that count, then row(0), row(1), …
// x [capacity, width], table [rows, width], row-major; T is vec4f or vec2f where the width divides, and all counts of
// elements then count those. The table comes as a window: rows outside stay as they are, and so do rows not named.
// Lanes take one T after the other, as far apart as there are lanes.

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> table: array<T>;

struct Params {
  width: u32,
  table_start: u32,
  table_length: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let lanes = groups.x * groups.y * 64u;
  let n = rows[0] * params.width;
  for (var i = flat_group(group, groups) * 64u + lane; i < n; i += lanes) {
    let s = i / params.width;
    let place = rows[s + 1u] * params.width + i - s * params.width - params.table_start;
    if (place < params.table_length) {
      table[place] = x[i];
    }
  }
}
