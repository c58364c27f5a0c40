// Running weighted means: Σ w[i]·x[i] and Σ w[i] (w is 1 where there is none), to be divided on the host; up to three means at
// once, a workgroup for each, so that loss and metrics of a step cost one dispatch.
// One f32 would lose digits over thousands of steps, so every step's sums get an entry of their own; 256 full
// entries are added as a tree into one coarse entry. The host adds all entries in f64.
// x_0, x_1, x_2 and w [rows, n] row-major. A lane adds every 256th element of each row, then the lanes are summed as a
// tree. Rows that are longer by elements of weight 0 give the same bits.

struct State {
  steps: u32,
  unused: u32,
  fine: array<vec2f, 256>, // (Σ w·x, Σ w) of a step
  coarse: array<vec2f, 256>, // of 256 steps; past 65,536 steps the entries are used again
}
@group(0) @binding(0) var<storage, read_write> state_0: State;
@group(0) @binding(1) var<storage, read> x_0: array<f32>;
@group(0) @binding(2) var<storage, read_write> state_1: State;
@group(0) @binding(3) var<storage, read> x_1: array<f32>;
@group(0) @binding(4) var<storage, read_write> state_2: State;
@group(0) @binding(5) var<storage, read> x_2: array<f32>;
@group(0) @binding(6) var<storage, read> w: array<f32>;

struct Params {
  rows_0: u32,
  n_0: u32,
  rows_1: u32,
  n_1: u32,
  rows_2: u32,
  n_2: u32,
  weighted: u32, // bit j: mean j is weighted by w
}
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, 256>;

fn value(mean: u32, i: u32) -> f32 {
  switch (mean) {
    case 0u: { return x_0[i]; }
    case 1u: { return x_1[i]; }
    default: { return x_2[i]; }
  }
}

fn steps_before(mean: u32) -> u32 {
  switch (mean) {
    case 0u: { return state_0.steps; }
    case 1u: { return state_1.steps; }
    default: { return state_2.steps; }
  }
}

fn fine(mean: u32, entry: u32) -> vec2f {
  switch (mean) {
    case 0u: { return state_0.fine[entry]; }
    case 1u: { return state_1.fine[entry]; }
    default: { return state_2.fine[entry]; }
  }
}

fn set_fine(mean: u32, entry: u32, sum: vec2f) {
  switch (mean) {
    case 0u: { state_0.fine[entry] = sum; }
    case 1u: { state_1.fine[entry] = sum; }
    default: { state_2.fine[entry] = sum; }
  }
}

fn add_coarse(mean: u32, entry: u32, sum: vec2f) {
  switch (mean) {
    case 0u: { state_0.coarse[entry] += sum; }
    case 1u: { state_1.coarse[entry] += sum; }
    default: { state_2.coarse[entry] += sum; }
  }
}

fn set_steps(mean: u32, steps: u32) {
  switch (mean) {
    case 0u: { state_0.steps = steps; }
    case 1u: { state_1.steps = steps; }
    default: { state_2.steps = steps; }
  }
}

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
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let mean = group.x;
  let rows = vec3u(params.rows_0, params.rows_1, params.rows_2)[mean];
  let n = vec3u(params.n_0, params.n_1, params.n_2)[mean];
  let weighted = extractBits(params.weighted, mean, 1u) == 1u;
  var sum = vec2f(0.0);
  for (var row = 0u; row < rows; row++) {
    for (var column = lane; column < n; column += 256u) {
      let i = row * n + column;
      var weight = 1.0;
      if (weighted) {
        weight = w[i];
      }
      // A masked element counts for nothing, whatever it holds.
      sum += select(vec2f(0.0), vec2f(weight * value(mean, i), weight), weight != 0.0);
    }
  }
  let step_sum = sum_lanes(lane, sum);

  let steps = steps_before(mean);
  let entry = steps % 256u;
  // The entries before this one are of earlier steps, the one at `entry` is this step's.
  let filled = select(fine(mean, lane), step_sum, lane == entry);
  workgroupBarrier();
  let total = sum_lanes(lane, filled);
  if (entry == 255u) {
    set_fine(mean, lane, vec2f(0.0));
    if (lane == 0u) {
      add_coarse(mean, (steps / 256u) % 256u, total);
    }
  } else if (lane == entry) {
    set_fine(mean, lane, step_sum);
  }
  if (lane == 0u) {
    set_steps(mean, steps + 1u);
  }
}
