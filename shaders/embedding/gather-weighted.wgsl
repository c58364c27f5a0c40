// y[b, :] = Σ over j of weights[b, j] · table[ids[b, j], :]; `missing` where an id is no row of the table.
// weights and ids [batch, count], table [rows, width], y [batch, width], row-major; T is vec4f where the width divides by 4,
// and widths then count vec4s. A lane owns one T of y and walks the ids of its row: neighbours read neighbouring columns.

alias T = f32;

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<T>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<T>;

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
  let i = flat_group(group, groups) * 64u + lane;
  if (i >= params.batch * params.width) {
    return;
  }
  let b = i / params.width;
  let column = i - b * params.width;
  var sum = T(0.0);
  for (var at = b * params.count; at < (b + 1u) * params.count; at++) {
    let id = ids[at];
    let row = table[min(id, params.rows - 1u) * params.width + column];
    sum += weights[at] * select(T(params.missing), row, id < params.rows);
  }
  y[i] = sum;
}
