// dx[b, i, j, k] = Σ of dy[b, r, c, k] / n(r, c) over the windows (r, c) that cover (i, j), in their order, where n counts the
// elements of a window. Layout and lanes: windows.wgsl; dy is the source.

alias T = f32;
alias M = f32; // in memory

@group(0) @binding(0) var<storage, read> dy: array<M>;
@group(0) @binding(1) var<storage, read_write> dx: array<M>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let e = flat_group(group, groups) * 64u + lane;
  if (e >= params.count) {
    return;
  }
  let at = place_of(e, params.width);
  let rows = windows_of_row(at.row);
  let columns = windows_of_column(at.column);
  let start = params.source_base + at.sample * params.windows_high * params.windows_wide * params.channels + at.channel;

  var sum = T(0.0);
  for (var r = rows.x; r < rows.y; r++) {
    let high = covered_rows(r);
    for (var c = columns.x; c < columns.y; c++) {
      let wide = covered_columns(c);
      sum += T(dy[start + (r * params.windows_wide + c) * params.channels]) / f32((high.y - high.x) * (wide.y - wide.x));
    }
  }
  dx[params.target_base + e] = M(sum);
}
