// What the gradients of all cells begin with, and what they do at a step at which no row of the workgroup changed its state, nor
// at the one after it: what arrives at h passes on, and the gates have no gradient. A kernel has a `clear` for its gates.

// Without a gradient of the last states, nothing arrives there.
fn begin(row0: u32, rows: u32, states: u32, lane: u32) {
  if (params.last == params.time && !has(INITIAL)) {
    for (var i = lane; i < states * rows * params.units; i += LANES) {
      let own = i % (rows * params.units);
      d_state[(i / (rows * params.units) * params.batch + row0) * params.units + own] = 0.0;
    }
    meet();
  }
}

fn hold(next: u32, row0: u32, rows: u32, lane: u32) {
  for (var i = lane; i < rows * params.units; i += LANES) {
    let row = row0 + i / params.units;
    if (gets_dy(next)) { d_state[row * params.units + i % params.units] += dy[dy_at(row, next) * params.units + i % params.units]; }
  }
  let columns = GATES * params.units;
  for (var i = lane; i < rows * columns; i += LANES) {
    clear(((row0 + i / columns) * params.time + time_of(next - 1u)) * columns + i % columns);
  }
}
