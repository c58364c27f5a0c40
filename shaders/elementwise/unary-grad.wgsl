// dx[i] = dy[i] · f′, with f′ by OP from s[i]: the input x of f, or its output y where that is cheaper.
// s, dy, dx [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

alias T = f32;

@group(0) @binding(0) var<storage, read> s: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<T>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<T>>;

struct Params {
  n: u32,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(3) var<uniform> params: Params;

override OP: u32 = 0;

const ZERO = vec4f(0.0);
const ONE = vec4f(1.0);
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

// Op codes are those of unary.wgsl; the letter tells what s is.
fn slope(s: vec4f) -> vec4f {
  switch OP {
    case 0u: { return -ONE; } // neg
    case 1u: { return sign(s); } // abs, x
    case 3u: { return s; } // exp, y
    case 4u: { return s + 1.0; } // expm1, y
    case 5u: { return 1.0 / s; } // log, x
    case 6u: { return 1.0 / (1.0 + s); } // log1p, x
    case 7u: { return 0.5 / s; } // sqrt, y
    case 8u: { return -0.5 * s * s * s; } // rsqrt, y
    case 9u: { return 2.0 * s; } // square, x
    case 10u: { return -s * s; } // reciprocal, y
    case 11u: { return sin_quarter(s, 1); } // sin, x
    case 12u: { return -sin_quarter(s, 0); } // cos, x
    case 13u: { return 1.0 - s * s; } // tanh, y
    case 14u: { return s * (1.0 - s); } // sigmoid, y
    case 15u: { return select(ZERO, ONE, s > ZERO); } // relu, y
    case 16u: { return select(ZERO, ONE, (s > ZERO) & (s < vec4f(6.0))); } // relu6, y
    case 17u: { return select(vec4f(params.alpha), ONE, s > ZERO); } // leakyRelu, x
    case 18u: { return select(params.alpha * exp4(s), ONE, s > ZERO); } // elu, x
    case 19u: { return select(s + SELU_SCALE * SELU_ALPHA, vec4f(SELU_SCALE), s >= ZERO); } // selu, y
    case 20u: { return normal_cdf(s) + s * normal_pdf(s); } // gelu, x
    case 21u: { // gelu (tanh), x
      let p = sigmoid(2.0 * gelu_inner(s));
      return p + 2.0 * s * p * (1.0 - p) * gelu_inner_slope(s);
    }
    case 22u: { // silu, x
      let p = sigmoid(s);
      return p * (1.0 + s * (1.0 - p));
    }
    case 23u: { return sigmoid(s); } // softplus, x
    case 24u: { // softsign, x
      let d = 1.0 + abs(s);
      return 1.0 / (d * d);
    }
    case 25u: { // mish, x
      let t = tanh4(softplus(s));
      return t + s * (1.0 - t * t) * sigmoid(s);
    }
    case 26u: { return select(ZERO, vec4f(1.0 / 6.0), abs(s) < vec4f(3.0)); } // hardSigmoid, x
    case 30u: { return select(ZERO, ONE, (s >= vec4f(params.alpha)) & (s <= vec4f(params.beta))); } // clip, x
    case 31u: { return 2.0 * SQRT2 * normal_pdf(SQRT2 * s); } // erf, x
    default: { return ONE; }
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u < params.n) {
    dx[i] = vec4<T>(vec4f(dy[i]) * slope(vec4f(s[i])));
  }
}
