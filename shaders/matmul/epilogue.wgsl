// Activations that a matrix product applies to its sums.
// linear and relu are one: below `floor` (−∞ or 0) x becomes 0. NaN is below nothing and stays.
fn activate(activation: u32, x: vec4f, floor: f32) -> vec4f {
  switch (activation) {
    case 1u: { return 1.0 / (1.0 + exp(-x)); }
    case 2u: { return tanh(x); }
    default: { return select(x, vec4f(0.0), x < vec4f(floor)); }
  }
}
