// After chunk-unscale: whether the update takes place, and the scale of the next step.
//   all gradients finite: good ← good + 1, and where that makes `growth_steps` of them scale ← 2·scale, good ← 0
//   otherwise:            scale ← scale/2, good ← 0, skipped ← skipped + 1
// The coming dispatches get their workgroups, full[i], or none where the update is skipped, and a step slot of their own, in
// which the step number t counts the steps that were not.
// One lane does it all.

@group(0) @binding(0) var<storage, read> full: array<u32>; // three for each dispatch
@group(0) @binding(1) var<storage, read_write> state: array<u32>; // scale (f32), good, skipped
@group(0) @binding(2) var<storage, read_write> found: array<u32>;
@group(0) @binding(3) var<storage, read_write> workgroups: array<u32>;
@group(0) @binding(4) var<storage, read_write> slot: array<u32>;

struct Params {
  n: u32, // of full
  growth_steps: u32,
  scalars: u32, // how many: lr, t, and more
  step_base: u32,
}
@group(0) @binding(5) var<uniform> params: Params;

// Doubled once more it would be infinite.
const LARGEST = 0x1p126f;

@compute @workgroup_size(1)
fn main() {
  let scale = bitcast<f32>(state[0]);
  let finite = found[0] == 0u;
  for (var word = params.step_base; word < params.step_base + params.scalars; word++) {
    slot[word] = step_u32(word);
  }
  slot[params.step_base + 1u] -= state[2];
  for (var i = 0u; i < params.n; i++) {
    workgroups[i] = select(0u, full[i], finite);
  }
  if (finite) {
    let good = state[1] + 1u;
    let grows = good >= params.growth_steps;
    state[0] = bitcast<u32>(select(scale, min(2.0 * scale, LARGEST), grows));
    state[1] = select(good, 0u, grows);
  } else {
    state[0] = bitcast<u32>(scale / 2.0);
    state[1] = 0u;
    state[2] += 1u;
  }
  found[0] = 0u;
}
