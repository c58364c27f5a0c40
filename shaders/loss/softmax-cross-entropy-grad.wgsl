// dx[r, c] = dloss[r] · (softmax(x[r, :])[c] · Σ_k t[r, k] − t[r, c])
// x logits, t targets, dx, all [rows, n]; dloss [rows]. LANES lanes own a row (lib/rows).

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> t: array<f32>;
@group(0) @binding(2) var<storage, read> dloss: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  matrix_base: u32,
  vector_base: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = flat_group(group, groups) * (ROW_GROUP / LANES) + lane / LANES;
  let start = params.matrix_base + row * params.n;
  let first = start + lane % LANES;
  let end = select(first, start + params.n, row < params.rows);

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
    let scale = dloss[params.vector_base + row];
    for (var i = first; i < end; i += LANES) { dx[i] = scale * (exp(x[i] - m) / s * total - t[i]); }
  }
}
