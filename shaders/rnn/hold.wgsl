// A step at which no row of the workgroup changes its state: it is handed on, and neither sums nor gates are made.

fn hold(s: u32, row0: u32, rows: u32, lane: u32) {
  for (var i = lane; i < rows * params.units; i += LANES) {
    let row = row0 + i / params.units;
    let unit = i % params.units;
    let at = row * params.time + time_of(s);
    let h = h_before[at * params.units + unit];
    if (s + 1u < params.time) { h_before[(row * params.time + time_of(s + 1u)) * params.units + unit] = h; }
    else { state[row * params.units + unit] = h; }
    if (has(SEQUENCE) || s + 1u == params.time) { y[select(row, at, has(SEQUENCE)) * params.units + unit] = h; }
  }
}
