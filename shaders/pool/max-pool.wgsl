// y[b, r, c, k] = max of x[b, i, j, k] over the elements (i, j) of window (r, c), and places[b, r, c, k] = i · width + j of the
// first that is the largest. A NaN is larger than everything. Layout and lanes: windows.wgsl; x is the source.

alias T = f32;
alias M = f32; // in memory
alias U = u32;

@group(0) @binding(0) var<storage, read> x: array<M>;
@group(0) @binding(1) var<storage, read_write> y: array<M>;
@group(0) @binding(2) var<storage, read_write> places: array<U>;
@group(0) @binding(3) var<uniform> params: Params;

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

  var place = U(rows.x * params.width + columns.x);
  var best = T(x[start + (rows.x * params.width + columns.x) * params.channels]);
  // Compilers may fold comparisons with NaN: its bits tell.
  var is_nan = (bitcast<U>(best) & U(0x7fffffffu)) > U(0x7f800000u);
  for (var i = rows.x; i < rows.y; i++) {
    for (var j = columns.x; j < columns.y; j++) {
      let candidate = i * params.width + j;
      let value = T(x[start + candidate * params.channels]);
      let value_is_nan = (bitcast<U>(value) & U(0x7fffffffu)) > U(0x7f800000u);
      let better = !is_nan & ((value > best) | value_is_nan);
      best = select(best, value, better);
      place = select(place, U(candidate), better);
      is_nan = is_nan | value_is_nan;
    }
  }
  y[params.target_base + o] = M(best);
  places[params.target_base + o] = place;
}
