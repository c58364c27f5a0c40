// A gated recurrent unit (Cho et al. 2014, with the reset gate after the product as in cuDNN) over a whole sequence:
//   z, r = σ(xz[t] + h·w + b)      q = h·w + b      g = φ(xz[t] + r·q)      h = z·h + (1 − z)·g
// Columns of w [units, 3·units], of b [3·units] and of gates [batch, time, 3·units] are z, r, g (q) side by side, as Keras
// has them. In gates comes xz = x·Wx + bx; z, r, g take its place.
// q [batch, time, units]; without SAVE one place per row serves all times. h_before [batch, time, units] is the state that each
// time starts from: lanes exchange it there. state [batch, units]: the initial one comes in, the last one goes out.
// y is h after every step, or with no SEQUENCE after the last one.
//
// A lane first makes z, r and q of its quad, for all rows; when all are there, it makes g and h of some (row, unit).

override ACTIVATION: u32 = 2u;
override RECURRENT: u32 = 3u;

const GATES = 3u;

@group(0) @binding(0) var<storage, read_write> gates: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
@group(0) @binding(5) var<storage, read_write> h_before: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> q: array<f32>;

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
@group(0) @binding(8) var<uniform> params: Params;

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
  let slice = lane / (LANES / SLICES);

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
      for (var slot = 0u; slot < GATES * QUADS; slot += LANES / SLICES) {
        let gate = (slot + lane % (LANES / SLICES)) / QUADS;
        let quad = block + lane % QUADS;
        product((row0 * params.time + t) * quads, params.time * quads, quads, gate * quads + quad, GATES * quads, lane);
        if (quad < quads && slice == 0u) {
          for (var item = row0 * 4u; item < (row0 + rows) * 4u; item++) {
            let row = item / 4u;
            let unit = quad * 4u + item % 4u;
            let at = row * params.time + t;
            let of_gate = (at * GATES + gate) * units + unit;
            let z = sum_at(row - row0)[item % 4u] + bias[gate * units + unit];
            if (gate == 2u) {
              q[select(row, at, has(SAVE)) * units + unit] = z;
            } else {
              gates[of_gate] = activate(RECURRENT, z + gates[of_gate]);
            }
          }
        }
      }
      meet();
      for (var item = lane; item < rows * QUADS * 4u; item += LANES) {
        let row = row0 + item / (QUADS * 4u);
        let unit = block * 4u + unit_of(item);
        if (unit < units) {
          let at = row * params.time + t;
          let update = at * 3u * units + unit;
          let reset = update + units;
          let of_candidate = reset + units;
          let candidate = activate(ACTIVATION, gates[of_candidate] + gates[reset] * q[select(row, at, has(SAVE)) * units + unit]);
          gates[of_candidate] = candidate;
          let before = h_before[at * units + unit];
          let h = select(before, gates[update] * before + (1.0 - gates[update]) * candidate, updates(at, t < length));
          if (s + 1u < params.time) { h_before[(row * params.time + time_of(s + 1u)) * units + unit] = h; }
          else { state[row * units + unit] = h; }
          y[select(row, at, has(SEQUENCE)) * units + unit] = h;
        }
      }
    }
    meet();
  }
}
