// What a matrix product does to its sums.

// linear and relu in one: below `floor` (−∞ or 0) x becomes 0. NaN is below nothing and stays.
fn rectify(x: vec4f, floor: f32) -> vec4f {
  return select(x, vec4f(0.0), x < vec4f(floor));
}

fn activate(activation: u32, x: vec4f, floor: f32) -> vec4f {
  switch (activation) {
    case 1u: { return sigmoid(x); }
    case 2u: { return tanh4(x); }
    default: { return rectify(x, floor); }
  }
}
