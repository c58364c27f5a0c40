// A long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000) over a whole sequence:
//   i, f, o = σ(xz[t] + h·w)      g = φ(xz[t] + h·w)      c = f·c + i·g      h = o·φ(c)
// Columns of w [units, 4·units] and of gates [batch, time, 4·units] are i, f, g, o side by side, as Keras has them. In gates
// comes xz = x·Wx + b; the activated gates take its place.
// h_before [batch, time, units] is the state that each time starts from: lanes exchange it there. c_before likewise, with SAVE.
// state [2, batch, units] = h, c: the initial one comes in, the last one goes out.
// y is h after every step, or with no SEQUENCE after the last one.
//
// A lane first makes the gates of its quad, for all rows; when all gates are there, it makes c and h of some (row, unit).

override ACTIVATION: u32 = 2u;
override RECURRENT: u32 = 3u;

const GATES = 4u;

@group(0) @binding(0) var<storage, read_write> gates: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> h_before: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> c_before: array<f32>;

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
@group(0) @binding(7) var<uniform> params: Params;

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
  let cells = params.batch * units;
  let length = true_length();
  let slice = lane / (LANES / SLICES);

  if (params.first == 0u) {
    for (var i = lane; i < rows * units; i += LANES) {
      let own = row0 * units + i;
      h_before[((row0 + i / units) * params.time + time_of(0u)) * units + i % units] = select(0.0, state[own], has(INITIAL));
      state[cells + own] = select(0.0, state[cells + own], has(INITIAL));
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
      for (var slot = 0u; slot < GATES * QUADS; slot += LANES / SLICES) {
        let gate = (slot + lane % (LANES / SLICES)) / QUADS;
        let quad = block + lane % QUADS;
        product((row0 * params.time + t) * quads, params.time * quads, quads, gate * quads + quad, GATES * quads, lane);
        if (quad < quads && slice == 0u) {
          for (var item = row0 * 4u; item < (row0 + rows) * 4u; item++) {
            let row = item / 4u;
            let unit = quad * 4u + item % 4u;
            let of_gate = ((row * params.time + t) * GATES + gate) * units + unit;
            let z = gates[of_gate] + sum_at(row - row0)[item % 4u];
            gates[of_gate] = select(activate(RECURRENT, z), activate(ACTIVATION, z), gate == 2u);
          }
        }
      }
      meet();
      for (var item = lane; item < rows * QUADS * 4u; item += LANES) {
        let row = row0 + item / (QUADS * 4u);
        let unit = block * 4u + unit_of(item);
        if (unit < units) {
          let at = row * params.time + t;
          let own = row * units + unit;
          let input = at * 4u * units + unit;
          let before = state[cells + own];
          if (has(SAVE)) { c_before[at * units + unit] = before; }
          var c = gates[input + units] * before + gates[input] * gates[input + 2u * units];
          var h = gates[input + 3u * units] * activate(ACTIVATION, c);
          if (!updates(at, t < length)) {
            c = before;
            h = h_before[at * units + unit];
          }
          state[cells + own] = c;
          if (s + 1u < params.time) { h_before[(row * params.time + time_of(s + 1u)) * units + unit] = h; }
          else { state[own] = h; }
          y[select(row, at, has(SEQUENCE)) * units + unit] = h;
        }
      }
    }
    meet();
  }
}
