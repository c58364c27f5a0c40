// y[b, :] = Σ over t of w·table[ids[b, t], :] / Σ over t of w, where w is 1, or 0 for id 0 if SKIP_ZERO;
// 0/0 (NaN) where no id counts. NaN too where an id is no row of the table.
// table [rows, width], ids [batch, time], y [batch, width], row-major; T is vec4f where the width divides by 4,
// and widths then count vec4s. A lane owns one T of y and walks the ids of its row: nothing of
// [batch, time, width] is ever stored.

override SKIP_ZERO = false;
alias T = f32;

@group(0) @binding(0) var<storage, read> table: array<T>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

struct Params {
  rows: u32,
  width: u32,
  batch: u32,
  time: u32,
  missing: f32, // NaN, which WGSL cannot write
}
@group(0) @binding(3) var<uniform> params: Params;

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
  let row = i / params.width;
  let column = i - row * params.width;
  var sum = T(0.0);
  var count = 0.0;
  var known = true;
  for (var t = 0u; t < params.time; t++) {
    let id = ids[row * params.time + t];
    if (SKIP_ZERO && id == 0u) {
      continue;
    }
    sum += table[min(id, params.rows - 1u) * params.width + column];
    known = known && id < params.rows;
    count += 1.0;
  }
  y[i] = select(T(params.missing), sum / count, known);
}
