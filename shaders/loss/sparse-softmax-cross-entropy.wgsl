// loss[r] = log Σ_c exp(x[r, c] − m) − (x[r, label[r]] − m)  with m = max_c x[r, c]; `invalid` if label[r] is no class.
// x [rows, n] logits; labels, i32 or u32 (a negative one is a very large u32), and loss [rows].
// LANES lanes own a row (lib/rows).

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  matrix_base: u32,
  vector_base: u32,
  invalid: f32,
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
  s = row_sum(s, lane);

  if (row < params.rows && lane % LANES == 0u) {
    let label = labels[params.vector_base + row];
    var result = params.invalid;
    if (label < params.n) { result = log(s) - (x[start + label] - m); }
    loss[params.vector_base + row] = result;
  }
}
