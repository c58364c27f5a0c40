// y[write_at + Σ i_d · write_d] = x[read_at + Σ i_d · read_d]  for all indices i_d of up to six axes.
// Elements are moved as bits, so any type T of their size will do: of four of them where the innermost axis is contiguous
// and everything divides by 4; sizes, strides and offsets then count fours. Strides may be 0 (broadcast) and
// negative (reverse), as arithmetic wraps around.
// x and y are windows of larger tensors: an element is copied if both its ends lie in them.
// A lane copies ITEMS elements, a workgroup's width apart, so that neighbours write to neighbouring addresses.

alias T = u32;

/** How many axes there are: 0 is the innermost, the last one is called outer. */
override RANK: u32 = 6u;

const ITEMS = 4u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;

struct Params {
  n: u32,
  x_start: u32,
  x_length: u32,
  y_start: u32,
  y_length: u32,
  read_at: u32,
  write_at: u32,
  size_0: u32,
  size_1: u32,
  size_2: u32,
  size_3: u32,
  size_4: u32,
  read_0: u32,
  read_1: u32,
  read_2: u32,
  read_3: u32,
  read_4: u32,
  read_outer: u32,
  write_0: u32,
  write_1: u32,
  write_2: u32,
  write_3: u32,
  write_4: u32,
  write_outer: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

// (read, write, rest): takes the index along one axis off `rest` and goes that far on both sides.
fn walk(at: vec3u, size: u32, read: u32, write: u32) -> vec3u {
  let rest = at.z / size;
  let index = at.z - rest * size;
  return vec3u(at.x + index * read, at.y + index * write, rest);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = flat_group(group, groups) * 256u * ITEMS + lane;
  for (var item = 0u; item < ITEMS; item++) {
    let i = first + item * 256u;
    var at = vec3u(params.read_at, params.write_at, i);
    if (RANK > 1u) { at = walk(at, params.size_0, params.read_0, params.write_0); }
    if (RANK > 2u) { at = walk(at, params.size_1, params.read_1, params.write_1); }
    if (RANK > 3u) { at = walk(at, params.size_2, params.read_2, params.write_2); }
    if (RANK > 4u) { at = walk(at, params.size_3, params.read_3, params.write_3); }
    if (RANK > 5u) { at = walk(at, params.size_4, params.read_4, params.write_4); }
    let read = at.x + at.z * params.read_outer - params.x_start;
    let write = at.y + at.z * params.write_outer - params.y_start;
    if (i < params.n && read < params.x_length && write < params.y_length) {
      y[write] = x[read];
    }
  }
}
