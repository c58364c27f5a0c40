// With m = max_c x[r, c] and s = Σ_c exp(x[r, c] − m), for each row r:
//   OP 0: y[r, c] = exp(x[r, c] − m) / s          softmax
//   OP 1: y[r, c] = x[r, c] − m − log s           log-softmax
//   OP 2: y[r]    = m + log s                     log-sum-exp
// x [rows, n]; y [rows, n], for OP 2 [rows]. LANES lanes own a row (lib/rows).
// A NaN in a row comes out everywhere in it, by way of s.

override OP: u32 = 0u;

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  matrix_base: u32,
  vector_base: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

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
  for (var i = first; i < end; i += LANES) { s += exp(x[i] - m); }
  s = row_sum(s, lane);

  if (OP == 0u) {
    for (var i = first; i < end; i += LANES) { y[i] = exp(x[i] - m) / s; }
  }
  if (OP == 1u) {
    let log_s = log(s);
    for (var i = first; i < end; i += LANES) { y[i] = x[i] - m - log_s; }
  }
  if (OP == 2u) {
    if (row < params.rows && lane % LANES == 0u) { y[params.vector_base + row] = m + log(s); }
  }
}
