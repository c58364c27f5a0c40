// owner[t] = the bag b with start[b] ≤ t < start[b + 1]; past the last id the number of bags, which is none.
// bags as in bag.wgsl, owner [tokens]. A lane owns one token and halves the bags until one is left.

@group(0) @binding(0) var<storage, read> bags: array<u32>;
@group(0) @binding(1) var<storage, read_write> owner: array<u32>;

struct Params {
  batch: u32,
  tokens: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = flat_group(group, groups) * 64u + lane;
  if (t >= params.tokens) {
    return;
  }
  // The first bag that ends after t.
  var low = 0u;
  var high = params.batch;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (bags[middle + 1u] > t) {
      high = middle;
    } else {
      low = middle + 1u;
    }
  }
  owner[t] = low;
}
