// Activations of recurrent cells, and their derivatives from what they gave.

fn activate(code: u32, x: f32) -> f32 {
  switch (code) {
    case 1u: { return select(x, 0.0, x < 0.0); } // relu
    case 2u: { return tanh4(vec4f(x)).x; }
    case 3u: { return sigmoid(vec4f(x)).x; }
    case 4u: { return select(select(x / 6.0 + 0.5, 0.0, x < -3.0), 1.0, x > 3.0); } // hard sigmoid
    default: { return x; }
  }
}

fn slope(code: u32, y: f32) -> f32 {
  switch (code) {
    case 1u: { return select(0.0, 1.0, y > 0.0); }
    case 2u: { return 1.0 - y * y; }
    case 3u: { return y * (1.0 - y); }
    case 4u: { return select(0.0, 1.0 / 6.0, y > 0.0 && y < 1.0); }
    default: { return 1.0; }
  }
}
