// C[i, j] = f(Σ_s slices[s, i, j] + bias[j]) for every matrix of a batch: adds the parts of a product in order; f ends as
// epilogue.wgsl has it; C, bias and gate are f32 or f16 each. If has_sums, also sums[j] = Σ_s sum_slices[s, j].
// A slice holds [batch, m, n]; C has its matrices c_batch, its rows c_row apart. A lane owns up to four columns of a row; the
// row after the last is that of the sums.

override ACTIVATION: u32 = 0;
override DROPOUT: bool = false;

alias C = f32;
alias Bias = f32;
alias Gate = f32;

@group(0) @binding(0) var<storage, read> slices: array<f32>;
@group(0) @binding(1) var<storage, read> sum_slices: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<Bias>;
@group(0) @binding(3) var<storage, read> gate: array<Gate>;
@group(0) @binding(4) var<storage, read_write> c: array<C>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

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
  sums_start: u32,
  has_sums: u32,
  has_gate: u32,
  scale: f32,
  stream: u32,
  threshold: u32,
  step_base: u32,
}
@group(0) @binding(6) var<uniform> params: Params;

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
    if (params.has_sums == 0u || row > params.batch * params.m) {
      return;
    }
    for (var v = j; v < min(j + 4u, params.n); v++) {
      var sum = 0.0;
      for (var s = 0u; s < params.parts; s++) {
        sum += sum_slices[s * params.n + v];
      }
      sums[params.sums_start + v] = sum;
    }
    return;
  }
  var sum = vec4f(0.0);
  for (var s = 0u; s < params.parts; s++) {
    let at = s * params.part_size + row * params.n + j;
    sum += vec4f(slices[at], slices[at + 1u], slices[at + 2u], slices[at + 3u]);
  }
  if (params.has_bias != 0u) {
    let at = params.bias_start + j;
    sum += vec4f(vec4<Bias>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]));
  }
  let first = row * params.n + j;
  var y = activate(ACTIVATION, sum, params.floor);
  if (params.has_gate != 0u) {
    y = let_pass(y, vec4f(vec4<Gate>(gate[first], gate[first + 1u], gate[first + 2u], gate[first + 3u])));
  }
  if (DROPOUT) {
    y = drop(y, first / 4u, params.stream, params.threshold, params.scale, params.step_base);
  } else {
    y *= params.scale;
  }
  let at = params.c_start + row / params.m * params.c_batch + row % params.m * params.c_row + j;
  for (var v = 0u; v < 4u; v++) {
    if (j + v < params.n) {
      c[at + v] = C(y[v]);
    }
  }
}
