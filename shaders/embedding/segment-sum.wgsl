// sums[s, :] = Σ over the i with ids[i] = s of x[i, :]
// x [n, width], ids [n], sums [segments, width], row-major; T is vec4f where the width divides by 4.
// x, ids and sums are windows of larger tensors: those of x are added to what sums holds, or to 0 if `fresh`;
// x_base and ids_base elements come before the first row and its id. Ids that name no segment are left out.
// A lane owns one T of sums and adds by itself: the same bits every run, without atomics.

alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<T>;

struct Params {
  width: u32,
  rows: u32,
  x_base: u32,
  ids_base: u32,
  sums_start: u32,
  sums_length: u32,
  fresh: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 64u + lane;
  if (i >= params.sums_length) { return; }
  let segment = (params.sums_start + i) / params.width;
  let column = params.sums_start + i - segment * params.width;
  var sum = T(0.0);
  if (params.fresh == 0u) { sum = sums[i]; }
  for (var row = 0u; row < params.rows; row++) {
    if (ids[params.ids_base + row] == segment) { sum += x[params.x_base + row * params.width + column]; }
  }
  sums[i] = sum;
}
