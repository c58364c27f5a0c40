// The rows that a batch names learn their places there; those that never were named before join the list of all that were:
//   places[row(s)] = s + 1 for s < rows[0]      rows, list: how many rows, then which: row(0), row(1), …
// places [table rows], 0 where a row was never named. Rows join in any order: what is done to each does not depend on it.
// No row is named twice. Lanes take one s after the other, as far apart as there are lanes.

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read_write> places: array<u32>;
@group(0) @binding(2) var<storage, read_write> list: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let lanes = groups.x * groups.y * 64u;
  for (var s = flat_group(group, groups) * 64u + lane; s < rows[0]; s += lanes) {
    let row = rows[s + 1u];
    if (places[row] == 0u) {
      let end = atomicAdd(&list[0], 1u);
      atomicStore(&list[end + 1u], row);
    }
    places[row] = s + 1u;
  }
}
