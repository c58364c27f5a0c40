// The gradient of simple-rnn-forward, from the last step to the first, with dh what arrives at h:
//   dh = dz[next]·wᵀ + dy[step]      dz = dh·φ′
// The gradients of weights and inputs are matrix products with dz [batch, time, units] over all times. In dz comes φ(…); its
// gradient takes its place.
// w comes transposed, unless the product transposes it. d_state [batch, units] = what arrives at h after the last step; in the
// end what arrives at the initial one. In between it carries dh past masked steps.
//
// A lane owns the units of its quads, for all rows.

override ACTIVATION: u32 = 2u;

const GATES = 1u;

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> d_state: array<f32>;
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;

// `count` steps, back from the one before step `last`; a step before the first one makes the initial state's gradient.
struct Params {
  batch: u32,
  time: u32,
  units: u32,
  last: u32,
  count: u32,
  length: u32,
  flags: u32,
  step_base: u32,
}
@group(0) @binding(5) var<uniform> params: Params;

fn state_at(i: u32) -> vec4f {
  return vec4f(dz[4u * i], dz[4u * i + 1u], dz[4u * i + 2u], dz[4u * i + 3u]);
}

fn clear(i: u32) {
  dz[i] = 0.0;
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

  begin(row0, rows, 1u, lane);
  // Whether the step after the one at hand had sums to hand back.
  var updated_after = params.last < params.time && any_updates(row0, time_of(params.last), length);
  for (var i = 0u; i < params.count; i++) {
    let next = params.last - i;
    let t = time_of(next - 1u);
    let updating = next > 0u && any_updates(row0, t, length);
    if (next > 0u && !updating && !updated_after) {
      hold(next, row0, rows, lane);
      meet();
      continue;
    }
    let depth = select(0u, quads, updated_after);
    updated_after = updating;
    for (var block = 0u; block < quads; block += QUADS) {
      let quad = block + lane % QUADS;
      product((row0 * params.time + time_of(next)) * quads, params.time * quads, depth, quad, quads, lane);
      if (quad < quads && lane < QUADS) {
        for (var item = row0 * 4u; item < (row0 + rows) * 4u; item++) {
          let row = item / 4u;
          let unit = quad * 4u + item % 4u;
          let own = row * units + unit;
          var dh = sum_at(row - row0)[item % 4u] + d_state[own];
          if (next == 0u) {
            d_state[own] = dh;
          } else {
            if (gets_dy(next)) { dh += dy[dy_at(row, next) * units + unit]; }
            let at = row * params.time + t;
            let updated = updates(at, t < length);
            dz[at * units + unit] = select(0.0, dh * slope(ACTIVATION, dz[at * units + unit]), updated);
            d_state[own] = select(dh, 0.0, updated);
          }
        }
      }
    }
    meet();
  }
}
