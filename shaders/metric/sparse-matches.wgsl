// y[r] = 1 if the largest of scores[r, :] is at labels[r], else 0. Of equal scores the first counts as the largest.
// scores [rows, classes] row-major, labels [rows]; a lane owns a row.

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

struct Params {
  rows: u32,
  classes: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = flat_group(group, groups) * 64u + lane;
  if (row >= params.rows) {
    return;
  }
  let start = row * params.classes;
  var best = 0u;
  var largest = scores[start];
  for (var c = 1u; c < params.classes; c++) {
    let score = scores[start + c];
    if (score > largest) {
      largest = score;
      best = c;
    }
  }
  y[row] = select(0.0, 1.0, i32(best) == labels[row]);
}
