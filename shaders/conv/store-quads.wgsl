// Results whose vectors have whole vec4s.
alias U = vec4<f32>;
const U_STEP = 4u;

fn store(at: u32, value: vec4f, room: u32) {
  result[at / 4u] = U(value);
}
