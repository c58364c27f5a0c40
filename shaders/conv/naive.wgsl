// Y = f(P·W + bias), P·Wᵀ, or in parts dW = Pᵀ·dY with db = the sum of dY (FILTERS); P's patches as patches.wgsl tells.
// A lane owns one element of the result: the textbook kernel, oracle of the fast ones and the yardstick of their speed.

override FILTERS: bool = false;
override ACTIVATION: u32 = 0;

// Element types: f32 or f16.
alias X = f32;
alias B = f32;
alias Bias = f32;
alias U = f32;

@group(0) @binding(0) var<storage, read> x: array<X>;
@group(0) @binding(1) var<storage, read> b: array<B>; // W, or dY
@group(0) @binding(2) var<storage, read> bias: array<Bias>;
@group(0) @binding(3) var<storage, read_write> result: array<U>;
@group(0) @binding(4) var<uniform> params: Params;

// P[pixel, e]
fn patch_at(pixel: u32, e: u32) -> f32 {
  let start = corner(pixel);
  let way = way_to(e);
  return select(0.0, f32(x[start.at + way.at]), inside(start.high + way.high, start.wide + way.wide));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let elements = patch_size();
  let rows = select(pixel_count(), elements + 1u, FILTERS); // of the result; db is one
  let index = flat_group(group, groups) * 64u + lane;
  let j = index % params.columns;
  let i = index / params.columns % rows;
  let part = index / params.columns / rows;
  if (part >= params.parts) {
    return;
  }
  var sum = 0.0;
  if (FILTERS) {
    let start = part * params.part_depth;
    for (var pixel = start; pixel < min(start + params.part_depth, pixel_count()); pixel++) {
      var p = 1.0;
      if (i < elements) {
        p = patch_at(pixel, i);
      }
      sum += p * f32(b[y_of(pixel) + j]);
    }
    let row = select(params.sums_base, i * params.columns, i < elements);
    result[params.result_base + part * params.part_size + row + j] = U(sum);
  } else {
    for (var e = 0u; e < elements; e++) {
      sum += patch_at(i, e) * f32(b[w_of(e) + j * params.w_column]);
    }
    if (params.has_bias != 0u) {
      sum += f32(bias[params.bias_base + j]);
    }
    result[y_of(i) + j] = U(activate(ACTIVATION, vec4f(sum), params.floor).x);
  }
}
