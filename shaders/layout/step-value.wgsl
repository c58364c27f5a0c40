// y = a word of the step slot. One lane.

@group(0) @binding(0) var<storage, read_write> y: array<u32>;

struct Params {
  step_base: u32,
}
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  y[0] = step_u32(params.step_base);
}
