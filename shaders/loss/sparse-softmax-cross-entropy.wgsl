// loss[r] = log Σ_c exp(x[r, c] − m) − (x[r, label[r]] − m)  with m = max_c x[r, c]
// matches[r] = 1 if the first of the largest x[r, :] is at label[r], else 0
// dx[r, c] = dloss[r] · (softmax(x[r, :])[c] − [c = label[r]])
// The first two if LOSS, the third if GRADIENT; loss and dx are `invalid` if label[r] is no class.
// x logits, dx [rows, n]; labels, i32 or u32 (a negative one is a very large u32), dloss, loss and matches [rows].
// LANES lanes own a row (lib/rows).

override LOSS: bool = true;
override GRADIENT: bool = false;

const LOWEST = -3.40282346e38;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> dloss: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> matches: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

struct Params {
  rows: u32,
  n: u32,
  matrix_base: u32,
  vector_base: u32,
  invalid: f32,
}
@group(0) @binding(6) var<uniform> params: Params;

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
  let at = params.vector_base + row;
  let label = labels[at];

  var m = LOWEST;
  for (var i = first; i < end; i += LANES) { m = max(m, x[i]); }
  m = row_max(m, lane);

  var s = 0.0;
  var ahead = 0.0; // how many that are as large come before the label
  for (var i = first; i < end; i += LANES) {
    s += exp(x[i] - m);
    ahead += select(0.0, 1.0, x[i] == m && i - start < label);
  }
  s = row_sum(s, lane);

  if (LOSS) {
    ahead = row_sum(ahead, lane);
    if (row < params.rows && lane % LANES == 0u) {
      var result = params.invalid;
      var matched = false;
      if (label < params.n) {
        result = log(s) - (x[start + label] - m);
        matched = x[start + label] == m && ahead == 0.0;
      }
      loss[at] = result;
      matches[at] = select(0.0, 1.0, matched);
    }
  }
  if (GRADIENT && row < params.rows) {
    var scale = params.invalid;
    if (label < params.n) { scale = dloss[at]; }
    for (var i = first; i < end; i += LANES) {
      dx[i] = scale * (exp(x[i] - m) / s - select(0.0, 1.0, i - start == label));
    }
  }
}
