// What the gradients of each group are multiplied by so that their norm does not exceed the limit:
//   norm = √Σ squares      scale = 1 if norm ≤ limit, else limit/norm (NaN of a NaN)
// A group is a parameter or all of them; its chunks lie side by side. A workgroup of 64 per group.

@group(0) @binding(0) var<storage, read> squares: array<f32>; // by chunk
@group(0) @binding(1) var<storage, read> firsts: array<u32>; // first chunk of each group, and the number of chunks
@group(0) @binding(2) var<storage, read_write> scales: array<f32>; // by group

struct Params {
  count: u32, // groups
  limit: f32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let k = flat_group(group, groups);
  if (k >= params.count) {
    return;
  }
  var sum = 0.0;
  for (var chunk = firsts[k] + lane; chunk < firsts[k + 1u]; chunk += 64u) {
    sum += squares[chunk];
  }
  let norm = sqrt(row_sum(sum, lane));
  if (lane == 0u) {
    scales[k] = select(params.limit / norm, 1.0, norm <= params.limit);
  }
}
