// y[o, i] = the k at which x[o, k, i] is largest (or smallest, if MINIMUM); the first of equals. A NaN is
// taken for the largest and the smallest at once, as NumPy has it.
// x [outer, n, inner], y [outer, inner], row-major; T is f32 or i32. A lane owns one element of y and walks k.

override MINIMUM = false;
override FLOAT = true;
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> y: array<i32>;

struct Params {
  outer: u32,
  n: u32,
  inner: u32,
  x_base: u32, // where x and y start in their windows
  y_base: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

fn unordered(value: T) -> bool {
  return FLOAT && (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; // NaN
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let element = flat_group(group, groups) * 64u + lane;
  if (element >= params.outer * params.inner) {
    return;
  }
  let row = element / params.inner;
  var at = params.x_base + row * params.n * params.inner + element - row * params.inner;
  var best = x[at];
  var index = 0u;
  for (var k = 1u; k < params.n; k++) {
    at += params.inner;
    let value = x[at];
    let better = select(value > best, value < best, MINIMUM);
    if (!unordered(best) && (better || unordered(value))) {
      best = value;
      index = k;
    }
  }
  y[params.y_base + element] = i32(index);
}
