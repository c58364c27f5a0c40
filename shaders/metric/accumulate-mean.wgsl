// A running weighted mean: Σ w[i]·x[i] and Σ w[i] (w is 1 where there is none), to be divided on the host.
// One f32 would lose digits over thousands of steps, so every step's sums get an entry of their own; 256 full
// entries are added as a tree into one coarse entry. The host adds all entries in f64.
// x, w [rows, n] row-major. One workgroup: a lane adds every 256th element of each row, then the lanes are summed as a
// tree. Rows that are longer by elements of weight 0 give the same bits.

override WEIGHTED = false;

struct State {
  steps: u32,
  unused: u32,
  fine: array<vec2f, 256>, // (Σ w·x, Σ w) of a step
  coarse: array<vec2f, 256>, // of 256 steps; past 65,536 steps the entries are used again
}
@group(0) @binding(0) var<storage, read_write> state: State;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;

struct Params {
  rows: u32,
  n: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, 256>;

// The sum over the lanes, in a fixed order; every lane must call it.
fn sum_lanes(lane: u32, value: vec2f) -> vec2f {
  sums[lane] = value;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  workgroupBarrier();
  return sums[0];
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0);
  for (var row = 0u; row < params.rows; row++) {
    for (var column = lane; column < params.n; column += 256u) {
      let i = row * params.n + column;
      if (WEIGHTED) {
        // A masked element counts for nothing, whatever it holds.
        sum += select(vec2f(0.0), vec2f(w[i] * x[i], w[i]), w[i] != 0.0);
      } else {
        sum += vec2f(x[i], 1.0);
      }
    }
  }
  let step_sum = sum_lanes(lane, sum);

  let steps = state.steps;
  let entry = steps % 256u;
  // The entries before this one are of earlier steps, the one at `entry` is this step's.
  let filled = select(state.fine[lane], step_sum, lane == entry);
  workgroupBarrier();
  let total = sum_lanes(lane, filled);
  if (entry == 255u) {
    state.fine[lane] = vec2f(0.0);
    if (lane == 0u) {
      state.coarse[(steps / 256u) % 256u] += total;
    }
  } else if (lane == entry) {
    state.fine[lane] = step_sum;
  }
  if (lane == 0u) {
    state.steps = steps + 1u;
  }
}
