// The step slot: words that change from step to step (learning rate, step number, random keys).
@group(1) @binding(0) var<uniform> step_slot: array<vec4u, 16>;

fn step_u32(word: u32) -> u32 {
  return step_slot[word / 4u][word % 4u];
}

fn step_f32(word: u32) -> f32 {
  return bitcast<f32>(step_u32(word));
}
