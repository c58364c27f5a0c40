// y[b, r, c, k] = mean of x[b, i, j, k] over the elements (i, j) of window (r, c); padding does not count. Layout and lanes:
// windows.wgsl; x is the source.

alias T = f32;
alias M = f32; // in memory

@group(0) @binding(0) var<storage, read> x: array<M>;
@group(0) @binding(1) var<storage, read_write> y: array<M>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let o = flat_group(group, groups) * 64u + lane;
  if (o >= params.count) {
    return;
  }
  let at = place_of(o, params.windows_wide);
  let rows = covered_rows(at.row);
  let columns = covered_columns(at.column);
  let start = params.source_base + at.sample * params.height * params.width * params.channels + at.channel;

  var sum = T(0.0);
  for (var i = rows.x; i < rows.y; i++) {
    for (var j = columns.x; j < columns.y; j++) {
      sum += T(x[start + (i * params.width + j) * params.channels]);
    }
  }
  y[params.target_base + o] = M(sum / f32((rows.y - rows.x) * (columns.y - columns.x)));
}
