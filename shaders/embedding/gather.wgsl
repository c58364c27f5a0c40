// y[i, :] = table[ids[i], :], or the bits `missing` where ids[i] is no row of the table.
// table [rows, width], ids [n], y [n, width], row-major; elements are moved as bits. T is vec4u or vec2u where the
// width divides, and all counts of elements then count those. A negative id is a very large u32.
// table, ids and y are windows of larger tensors; a row of y is written if it lies in the table's window,
// a missing one with the window that starts at 0.
// A lane owns one T of y.

alias T = u32;

@group(0) @binding(0) var<storage, read> table: array<T>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

struct Params {
  rows: u32,
  width: u32,
  table_start: u32,
  table_length: u32,
  ids_start: u32,
  y_start: u32,
  y_length: u32,
  missing: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i >= params.y_length) { return; }
  let row = (params.y_start + i) / params.width;
  let column = params.y_start + i - row * params.width;
  let id = ids[row - params.ids_start];
  if (id < params.rows) {
    let source = id * params.width + column - params.table_start;
    if (source < params.table_length) { y[i] = table[source]; }
  } else if (params.table_start == 0u) {
    y[i] = T(params.missing);
  }
}
