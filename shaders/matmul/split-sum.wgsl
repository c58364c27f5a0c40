// C[i, j] = f(Σ_s slices[s, i, j] + bias[j]) for every matrix of a batch: adds the parts of a product in order.
// A slice holds [batch, m, n]; C has its matrices c_batch, its rows c_row apart. A lane owns up to four columns of a row.

override ACTIVATION: u32 = 0;

@group(0) @binding(0) var<storage, read> slices: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
  parts: u32,
  part_size: u32,
  c_start: u32,
  c_batch: u32,
  c_row: u32,
  bias_start: u32,
  has_bias: u32,
  floor: f32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quads = (params.n + 3u) / 4u;
  let index = flat_group(group, groups) * 64u + lane;
  let row = index / quads;
  let j = index % quads * 4u;
  if (row >= params.batch * params.m) {
    return;
  }
  var sum = vec4f(0.0);
  for (var s = 0u; s < params.parts; s++) {
    let at = s * params.part_size + row * params.n + j;
    sum += vec4f(slices[at], slices[at + 1u], slices[at + 2u], slices[at + 3u]);
  }
  if (params.has_bias != 0u) {
    let at = params.bias_start + j;
    sum += vec4f(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]);
  }
  let y = activate(ACTIVATION, sum, params.floor);
  let at = params.c_start + row / params.m * params.c_batch + row % params.m * params.c_row + j;
  for (var v = 0u; v < 4u; v++) {
    if (j + v < params.n) {
      c[at + v] = y[v];
    }
  }
}
