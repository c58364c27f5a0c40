// The gradient of softmax and log-softmax from their results, for each row r:
//   LOG false: dx[r, c] = y[r, c] · (dy[r, c] − Σ_k y[r, k] · dy[r, k])
//   LOG true:  dx[r, c] = dy[r, c] − exp(y[r, c]) · Σ_k dy[r, k]
// y, dy, dx [rows, n]. LANES lanes own a row (lib/rows).

override LOG: bool = false;

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  matrix_base: u32,
  vector_base: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

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

  var s = 0.0;
  for (var i = first; i < end; i += LANES) {
    if (LOG) { s += dy[i]; } else { s += y[i] * dy[i]; }
  }
  s = row_sum(s, lane);

  for (var i = first; i < end; i += LANES) {
    if (LOG) { dx[i] = dy[i] - exp(y[i]) * s; } else { dx[i] = y[i] * (dy[i] - s); }
  }
}
