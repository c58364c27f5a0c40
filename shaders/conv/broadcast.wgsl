// Y = f(P·W + bias), or P·Wᵀ, with P's patches as patches.wgsl tells; f by ACTIVATION.
//
// For processors whose lanes share registers but whose loads are dear (a CPU behind a software adapter), as matmul/broadcast.wgsl:
// a workgroup is one subgroup of LANES lanes and owns ROWS pixels × 4·LANES columns of Y; a lane owns ROWS × 4. For each tap the
// lanes find out where their part of the ROWS pixels has it; then each step loads a fragment of P together, STEP channels of every
// pixel, which shuffles hand to all, and for every lane its own four columns of W's rows.
// Blocks of pixels are the fastest part of the workgroup index, so that neighbours share W.

enable subgroups;

override TRANSPOSE_W: bool = false; // W has its outputs as P's channels, its inputs as columns
override ACTIVATION: u32 = 0;

const ROWS = 16u;
const LANES = 8u;
const LOADS = ROWS / LANES;

// Element types: f32 or f16.
alias X = f32;
alias W = f32;
alias Bias = f32;

// Vectors of x, and of W, in vec4s, or else element by element.
alias T = vec4<X>;
const STEP = 4u;
alias V = vec4<W>;
const W_STEP = 4u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> w: array<V>;
@group(0) @binding(2) var<storage, read> bias: array<Bias>;
@group(0) @binding(3) var<storage, read_write> result: array<U>;
@group(0) @binding(4) var<uniform> params: Params;

// Four elements of W: neighbours, or w_column apart.
fn quad_of_w(at: u32) -> vec4f {
  if (W_STEP == 4u) {
    return vec4f(vec4<W>(w[at / 4u]));
  }
  let step = params.w_column;
  return vec4f(vec4<W>(vec4<W>(w[at]).x, vec4<W>(w[at + step]).x, vec4<W>(w[at + 2u * step]).x, vec4<W>(w[at + 3u * step]).x));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let pixels = pixel_count();
  let blocks = (pixels + ROWS - 1u) / ROWS;
  let g = flat_group(group, groups);
  let p0 = g % blocks * ROWS;
  let j = (g / blocks * LANES + lane) * 4u;

  var corners: array<Spot, LOADS>;
  var exists: array<bool, LOADS>;
  for (var q = 0u; q < LOADS; q++) {
    let pixel = p0 + q * LANES + subgroup_lane % LANES;
    corners[q] = corner(pixel);
    exists[q] = pixel < pixels;
  }

  var acc: array<vec4f, ROWS>;
  for (var r = 0u; r < params.taps_high; r++) {
    for (var s = 0u; s < params.taps_wide; s++) {
      let way = tap(r, s);
      var from_x: array<u32, LOADS>;
      var valid: array<bool, LOADS>;
      for (var q = 0u; q < LOADS; q++) {
        from_x[q] = corners[q].at + way.at;
        valid[q] = exists[q] && inside(corners[q].high + way.high, corners[q].wide + way.wide);
      }
      let from_w = params.w_base + r * params.w_high + s * params.w_wide + j * params.w_column;
      for (var c = 0u; c < params.channels; c += STEP) {
        var fragment: array<vec4f, LOADS>;
        for (var q = 0u; q < LOADS; q++) {
          fragment[q] = select(vec4f(0.0), vec4f(vec4<X>(x[(from_x[q] + c) / STEP])), valid[q]);
        }
        let at = from_w + c * params.w_row;
        if (STEP == 4u) {
          let step = select(params.w_row, params.w_column, TRANSPOSE_W);
          var b0 = quad_of_w(at);
          var b1 = quad_of_w(at + step);
          var b2 = quad_of_w(at + 2u * step);
          var b3 = quad_of_w(at + 3u * step);
          if (TRANSPOSE_W) {
            let transposed = transpose(mat4x4f(b0, b1, b2, b3));
            b0 = transposed[0];
            b1 = transposed[1];
            b2 = transposed[2];
            b3 = transposed[3];
          }
          for (var i = 0u; i < ROWS; i++) {
            let p = subgroupShuffle(fragment[i / LANES], i % LANES);
            acc[i] += p.x * b0 + p.y * b1 + p.z * b2 + p.w * b3;
          }
        } else {
          let b0 = quad_of_w(at);
          for (var i = 0u; i < ROWS; i++) {
            acc[i] += subgroupShuffle(fragment[i / LANES].x, i % LANES) * b0;
          }
        }
      }
    }
  }

  if (j >= params.columns) {
    return;
  }
  var shift = vec4f(0.0);
  if (params.has_bias != 0u) {
    let at = params.bias_base + j;
    shift = vec4f(vec4<Bias>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]));
  }
  var rows = acc;
  for (var p = p0; p < min(p0 + ROWS, pixels); p++) {
    store(y_of(p) + j, activate(ACTIVATION, rows[p - p0] + shift, params.floor), params.columns - j);
  }
}
