// A simple recurrent network (Elman 1990) over a whole sequence:  h = φ(xz[t] + h·w)
// w [units, units]. In gates [batch, time, units] comes xz = x·Wx + b; φ(…) takes its place.
// h_before [batch, time, units] is the state that each time starts from: lanes exchange it there.
// state [batch, units]: the initial one comes in, the last one goes out. y is h after every step, or with no SEQUENCE after
// the last one.
//
// A lane makes the units of its quads, for all rows.

override ACTIVATION: u32 = 2u;

const GATES = 1u;

@group(0) @binding(0) var<storage, read_write> gates: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> h_before: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

// Steps `first` to `last` of the sequence.
struct Params {
  batch: u32,
  time: u32,
  units: u32,
  first: u32,
  last: u32,
  length: u32,
  flags: u32,
  step_base: u32,
}
@group(0) @binding(6) var<uniform> params: Params;

fn state_at(i: u32) -> vec4f {
  return vec4f(h_before[4u * i], h_before[4u * i + 1u], h_before[4u * i + 2u], h_before[4u * i + 3u]);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let units = params.units;
  let quads = units / 4u;
  let row0 = flat_group(group, groups) * ROWS;
  let rows = rows_from(row0);
  let length = true_length();

  if (params.first == 0u) {
    for (var i = lane; i < rows * units; i += LANES) {
      let before = select(0.0, state[row0 * units + i], has(INITIAL));
      h_before[((row0 + i / units) * params.time + time_of(0u)) * units + i % units] = before;
    }
    meet();
  }

  for (var s = params.first; s < params.last; s++) {
    let t = time_of(s);
    if (!any_updates(row0, t, length)) {
      hold(s, row0, rows, lane);
      meet();
      continue;
    }
    for (var block = 0u; block < quads; block += QUADS) {
      let quad = block + lane % QUADS;
      product((row0 * params.time + t) * quads, params.time * quads, quads, quad, quads, lane);
      if (quad < quads && lane < QUADS) {
        for (var item = row0 * 4u; item < (row0 + rows) * 4u; item++) {
          let row = item / 4u;
          let unit = quad * 4u + item % 4u;
          let at = row * params.time + t;
          var h = activate(ACTIVATION, gates[at * units + unit] + sum_at(row - row0)[item % 4u]);
          gates[at * units + unit] = h;
          if (!updates(at, t < length)) { h = h_before[at * units + unit]; }
          if (s + 1u < params.time) { h_before[(row * params.time + time_of(s + 1u)) * units + unit] = h; }
          else { state[row * units + unit] = h; }
          y[select(row, at, has(SEQUENCE)) * units + unit] = h;
        }
      }
    }
    meet();
  }
}
