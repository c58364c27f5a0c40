// y[b, :] = Σ over the ids i of bag b of table[i, :] · share(n), n the number of those ids (bag-share.wgsl);
// 0 where there are none, NaN where an id is no row of the table.
// table [rows, width] row-major, y [batch, width]; bags: the batch + 1 places where bags start and end among the
// ids, then the ids. T is vec4f or vec2f where the width divides, and widths then count those.
// The table's rows from row_start on come as a window, `base` T after its beginning: what is found there is added
// to y, unless `fresh`. A lane owns one T of y and walks the ids of its bag: nothing of [tokens, width] is stored.

override COMBINER = 0u;
alias T = f32;

@group(0) @binding(0) var<storage, read> table: array<T>;
@group(0) @binding(1) var<storage, read> bags: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

struct Params {
  rows: u32,
  width: u32,
  batch: u32,
  row_start: u32,
  row_length: u32,
  base: u32,
  fresh: u32,
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
  let bag = i / params.width;
  let column = params.base + i - bag * params.width;
  let first = bags[bag];
  let end = bags[bag + 1u];
  var sum = T(0.0);
  for (var at = first; at < end; at++) {
    let id = bags[params.batch + 1u + at];
    // An id before the window becomes a very large number.
    let row = id - params.row_start;
    if (row < params.row_length) {
      sum += table[row * params.width + column];
    } else if (id >= params.rows) {
      sum = T(params.missing);
    }
  }
  var before = T(0.0);
  if (params.fresh == 0u) {
    before = y[i];
  }
  if (end > first) {
    y[i] = before + sum * bag_share(COMBINER, end - first);
  } else {
    y[i] = T(0.0);
  }
}
