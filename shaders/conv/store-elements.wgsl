// Results whose vectors have any length: `room` elements are left of this one.
alias U = f32;
const U_STEP = 1u;

fn store(at: u32, value: vec4f, room: u32) {
  for (var v = 0u; v < min(room, 4u); v++) {
    result[at + v] = U(value[v]);
  }
}
