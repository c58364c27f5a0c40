// y[i, c] = one if ids[i] = c, else 0
// ids [n], y [n, depth] row-major; `one` is given as bits, for any element type. ids and y are windows of
// larger tensors, that of y starts on a vec4. A lane owns one vec4 of y (the tail of the last
// one is padding).

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4u>;

struct Params {
  depth: u32,
  ids_start: u32,
  y_start: u32,
  y_length: u32,
  one: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> u32 {
  let row = i / params.depth;
  return select(0u, params.one, ids[row - params.ids_start] == i - row * params.depth);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u >= params.y_length) { return; }
  let first = params.y_start + i * 4u;
  y[i] = vec4u(element(first), element(first + 1u), element(first + 2u), element(first + 3u));
}
