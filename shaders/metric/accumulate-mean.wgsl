// A running weighted mean: total += Σ w[i]·x[i], weight += Σ w[i] (w is 1 where there is none).
// state = [total, its rounding rest, weight, its rounding rest]: each sum is kept as two floats, so that
// adding ten thousand steps loses nothing that a 64-bit sum would keep.
// x, w [n]. One workgroup: a lane adds every 256th element, then the lanes are summed as a tree.

override WEIGHTED = false;

@group(0) @binding(0) var<storage, read_write> state: vec4f;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;

struct Params {
  n: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0); // of w·x and of w
  for (var i = lane; i < params.n; i += 256u) {
    if (WEIGHTED) {
      // A masked element counts for nothing, whatever it holds.
      sum += select(vec2f(0.0), vec2f(w[i] * x[i], w[i]), w[i] != 0.0);
    } else {
      sum += vec2f(x[i], 1.0);
    }
  }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  if (lane == 0u) {
    state = vec4f(two_sum(state.xy, sums[0].x), two_sum(state.zw, sums[0].y));
  }
}

// sum = (high, low) plus x, with the rounding error of the addition kept in low (Knuth's TwoSum).
fn two_sum(sum: vec2f, x: f32) -> vec2f {
  let high = sum.x + x;
  let of_x = high - sum.x;
  let rest = (sum.x - (high - of_x)) + (x - of_x);
  return vec2f(high, sum.y + rest);
}
