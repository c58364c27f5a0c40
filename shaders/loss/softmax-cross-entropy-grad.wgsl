// dx[r, c] = dloss[r] · (softmax(x[r, :])[c] · Σ_k t[r, k] − t[r, c])
// x logits, t targets, dx, all [rows, n], row-major; dloss [rows], bound from `base` elements before the first row's.
// LANES lanes own a row (lib/rows); each takes every LANES-th element.

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> t: array<f32>;
@group(0) @binding(2) var<storage, read> dloss: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  base: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = flat_group(group, groups) * (ROW_GROUP / LANES) + lane / LANES;
  let first = row * params.n + lane % LANES;
  // Lanes past the last row find an empty one: they must reach the barriers as well.
  let end = select(first, (row + 1u) * params.n, row < params.rows);

  var m = LOWEST;
  for (var i = first; i < end; i += LANES) { m = max(m, x[i]); }
  m = row_max(m, lane);

  var s = 0.0;
  var total = 0.0;
  for (var i = first; i < end; i += LANES) {
    s += exp(x[i] - m);
    total += t[i];
  }
  s = row_sum(s, lane);
  total = row_sum(total, lane);

  if (row < params.rows) {
    let scale = dloss[params.base + row];
    for (var i = first; i < end; i += LANES) { dx[i] = scale * (exp(x[i] - m) / s * total - t[i]); }
  }
}
