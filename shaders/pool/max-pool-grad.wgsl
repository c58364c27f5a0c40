// dx[b, i, j, k] = Σ of dy[b, r, c, k] over the windows (r, c) whose place is (i, j), in their order. Layout and lanes:
// windows.wgsl; dy and places are the source.

alias T = f32;
alias M = f32; // in memory
alias U = u32;

@group(0) @binding(0) var<storage, read> dy: array<M>;
@group(0) @binding(1) var<storage, read> places: array<U>;
@group(0) @binding(2) var<storage, read_write> dx: array<M>;
@group(0) @binding(3) var<uniform> params: Params;

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
  let own = U(at.row * params.width + at.column);

  var sum = T(0.0);
  for (var r = rows.x; r < rows.y; r++) {
    for (var c = columns.x; c < columns.y; c++) {
      let o = start + (r * params.windows_wide + c) * params.channels;
      sum += select(T(0.0), T(dy[o]), places[o] == own);
    }
  }
  dx[params.target_base + e] = M(sum);
}
