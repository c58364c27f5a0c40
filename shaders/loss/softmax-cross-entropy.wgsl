// loss[r] = Σ_c t[r, c] · (log Σ_k exp(x[r, k] − m) − (x[r, c] − m))  with m = max_c x[r, c]
// and 0 · ∞ = 0, so that a class of target 0 may have the logit −∞.
// x logits, t targets [rows, n]; loss [rows]. LANES lanes own a row (lib/rows).

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> t: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;

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

  var m = LOWEST;
  for (var i = first; i < end; i += LANES) { m = max(m, x[i]); }
  m = row_max(m, lane);

  var s = 0.0;
  for (var i = first; i < end; i += LANES) { s += exp(x[i] - m); }
  let log_s = log(row_sum(s, lane));

  var sum = 0.0;
  for (var i = first; i < end; i += LANES) {
    if (t[i] != 0.0) { sum += t[i] * (log_s - (x[i] - m)); }
  }
  sum = row_sum(sum, lane);

  if (row < params.rows && lane % LANES == 0u) { loss[params.vector_base + row] = sum; }
}
