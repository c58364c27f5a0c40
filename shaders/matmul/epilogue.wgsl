// What a matrix product does to its sums: an activation; the gradient of relu, where there is its output, `gate` [m, n]; then it
// multiplies by `scale`, with DROPOUT only what stays (lib/dropout).

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

// The gradient of relu at its output y.
fn let_pass(x: vec4f, y: vec4f) -> vec4f {
  return x * select(vec4f(0.0), vec4f(1.0), y > vec4f(0.0));
}
