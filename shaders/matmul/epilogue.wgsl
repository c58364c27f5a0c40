// What a matrix product does to its sums: an activation; then, if asked for, the gradient of relu (`gate` [m, n] is relu's output) or
// dropout (lib/dropout; DROPOUT).

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

// The gradient of relu at its output y; times `scale`, that of relu followed by dropout, whose output is positive where both let x
// pass.
fn let_pass(x: vec4f, y: vec4f, scale: f32) -> vec4f {
  return x * select(vec4f(0.0), vec4f(scale), y > vec4f(0.0));
}
