// y[o, c] = the first k with the largest (MIN: smallest) x[o, k, c]; a NaN counts as larger (MIN: smaller) than all.
// x [outer, n, inner] starts `x_base` elements into what is bound; y and best [outer, inner] likewise.
// Values are compared as unsigned keys in which larger is better, so that one kernel serves all dtypes; `best` keeps the key of
// what y points to, for an axis that comes in several parts.
// `lanes` lanes share an output, `step` invocations apart; each takes every lanes-th k, then they fold as a tree.

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> best: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

struct Params {
  n: u32,
  inner: u32,
  // outer · inner
  count: u32,
  x_base: u32,
  y_base: u32,
  // A power of two.
  lanes: u32,
  step: u32,
  // The k of the first element bound, and whether y and best hold what earlier parts gave.
  first: u32,
  accumulate: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

override FLOAT: bool = true;
override SIGNED: bool = true;
override MIN: bool = false;

const SIGN = 0x80000000u;

var<workgroup> keys: array<u32, 256>;
var<workgroup> places: array<u32, 256>;

fn key_of(bits: u32) -> u32 {
  var key = bits;
  if (FLOAT) {
    if ((bits & ~SIGN) > 0x7f800000u) {
      return ~0u;
    }
    // −0 is 0; negative numbers order backwards.
    let plain = select(bits, 0u, bits == SIGN);
    key = select(plain | SIGN, ~plain, plain >= SIGN);
  } else if (SIGNED) {
    key = bits ^ SIGN;
  }
  return select(key, ~key, MIN);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let share = params.step * params.lanes;
  let lane = local / params.step % params.lanes;
  let o = flat_group(group, groups) * (256u / params.lanes) + local / share * params.step + local % params.step;
  var key = 0u;
  // Behind every real place, for lanes that have nothing.
  var place = ~0u;
  if (o < params.count) {
    let start = params.x_base + o / params.inner * params.n * params.inner + o % params.inner;
    for (var k = lane; k < params.n; k += params.lanes) {
      let candidate = key_of(x[start + k * params.inner]);
      if (candidate > key || place == ~0u) {
        key = candidate;
        place = params.first + k;
      }
    }
  }
  keys[local] = key;
  places[local] = place;
  for (var d = params.lanes / 2u; d > 0u; d /= 2u) {
    workgroupBarrier();
    if (lane < d) {
      let other = local + d * params.step;
      if (keys[other] > keys[local] || (keys[other] == keys[local] && places[other] < places[local])) {
        keys[local] = keys[other];
        places[local] = places[other];
      }
    }
  }
  if (lane == 0u && o < params.count) {
    let at = params.y_base + o;
    // An earlier part wins ties.
    if (params.accumulate == 0u || keys[local] > best[at]) {
      best[at] = keys[local];
      y[at] = places[local];
    }
  }
}
