// What the kernels of recurrent cells share: how a workgroup is laid out, and how it walks through time.
//
// A workgroup owns ROWS rows of the batch for the whole sequence. Units come in quads of four, a block of QUADS quads at a
// time; a lane makes one quad of one gate, or a slice of its sum (`product`). Rows, lanes and slices are chosen in
// engine/ops/rnn/plan.ts.
//
// Steps s count in the order of processing, times t along the sequence. Times from the true length on are padding: there,
// and where the mask is 0, the state stays as it is.

const ROWS = 16u;
const LANES = 8u;
const QUADS = 8u;
const SLICES = 1u;

// Bits of params.flags.
const INITIAL = 1u; // there is an initial state, or a gradient of the last one; otherwise it is 0
const SAVE = 2u; // what the gradient needs besides is kept for every step
const SEQUENCE = 4u; // y holds every step, in the order of time; otherwise y and dy belong to the last one
const MASKED = 8u;
const BACKWARDS = 16u;
const WITH_DY = 32u;

// A length that is found in the step slot.
const IN_SLOT = 0xffffffffu;

fn has(flag: u32) -> bool {
  return (params.flags & flag) != 0u;
}

fn true_length() -> u32 {
  if (params.length == IN_SLOT) { return step_u32(params.step_base); }
  return params.length;
}

fn time_of(s: u32) -> u32 {
  return select(s, params.time - 1u - s, has(BACKWARDS));
}

// Whether the state changes, at = row · time + t.
fn updates(at: u32, within: bool) -> bool {
  if (has(MASKED)) { return within && mask[at] != 0u; }
  return within;
}

// Whether the state of any row of the workgroup changes: there is next to nothing to do for padding.
fn any_updates(row0: u32, t: u32, length: u32) -> bool {
  if (t >= length) { return false; }
  if (!has(MASKED)) { return true; }
  var any = 0u;
  for (var row = row0; row < row0 + rows_from(row0); row++) { any |= mask[row * params.time + t]; }
  return any != 0u;
}

// How many rows of the batch the workgroup has, from row0 on.
fn rows_from(row0: u32) -> u32 {
  return min(max(params.batch, row0) - row0, ROWS);
}

// Whether y's gradient has a part for the state after step `next` − 1, and where.
fn gets_dy(next: u32) -> bool {
  return has(WITH_DY) && (has(SEQUENCE) || next == params.time);
}

fn dy_at(row: u32, next: u32) -> u32 {
  return select(row, row * params.time + time_of(next - 1u), has(SEQUENCE));
}
