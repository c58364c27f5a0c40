// y[i] = f(x[i]), f by OP: below 64 in f32, from 64 on in integers.
// x, y [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

alias X = f32;
alias Y = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<X>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<Y>>;

struct Params {
  n: u32,
  // What f takes besides x: a slope, a bound.
  alpha: f32,
  beta: f32,
}
@group(0) @binding(2) var<uniform> params: Params;

override OP: u32 = 0;

const ZERO = vec4f(0.0);
const ONE = vec4f(1.0);
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

fn float_op(x: vec4f) -> vec4f {
  switch OP {
    case 0u: { return -x; }
    case 1u: { return abs(x); }
    case 2u: { return select(sign(x), x, is_nan(x)); }
    case 3u: { return exp4(x); }
    case 4u: { return expm1(x); }
    case 5u: { return log4(x); }
    case 6u: { return log1p(x); }
    case 7u: { return sqrt(x); }
    case 8u: { return inverseSqrt(x); }
    case 9u: { return x * x; }
    case 10u: { return 1.0 / x; }
    case 11u: { return sin_quarter(x, 0); }
    case 12u: { return sin_quarter(x, 1); }
    case 13u: { return tanh4(x); }
    case 14u: { return sigmoid(x); }
    case 15u: { return select(x, ZERO, x < ZERO); } // relu
    case 16u: { return select(select(x, ZERO, x < ZERO), vec4f(6.0), x > vec4f(6.0)); } // relu6
    case 17u: { return select(x, params.alpha * x, x < ZERO); } // leakyRelu
    case 18u: { return select(x, params.alpha * expm1(x), x < ZERO); } // elu
    case 19u: { return SELU_SCALE * select(x, SELU_ALPHA * expm1(x), x < ZERO); } // selu
    case 20u: { return x * normal_cdf(x); } // gelu
    case 21u: { return x * sigmoid(2.0 * gelu_inner(x)); } // gelu, tanh form: (1 + tanh(u)) / 2 = sigmoid(2u)
    case 22u: { return x * sigmoid(x); } // silu
    case 23u: { return softplus(x); }
    case 24u: { return x / (1.0 + abs(x)); } // softsign
    case 25u: { return x * tanh4(softplus(x)); } // mish
    case 26u: { return select(select(x / 6.0 + 0.5, ZERO, x < vec4f(-3.0)), ONE, x > vec4f(3.0)); } // hardSigmoid
    case 27u: { return floor(x); }
    case 28u: { return ceil(x); }
    case 29u: { return round(x); } // half to even
    case 30u: { return select(select(x, vec4f(params.alpha), x < vec4f(params.alpha)), vec4f(params.beta), x > vec4f(params.beta)); } // clip
    case 31u: { return erf(x); }
    case 32u: { return select(ZERO, ONE, is_nan(x)); }
    case 33u: { return select(ZERO, ONE, is_finite(x)); }
    default: { return x; }
  }
}

// Between i32 and u32 a conversion keeps the bits.
fn integer_op(x: vec4i) -> vec4i {
  switch OP {
    case 64u: { return -x; }
    case 65u: { return abs(x); }
    case 66u: { return sign(x); }
    case 67u: { return x * x; } // square, signed or not
    case 68u: { return select(vec4i(0), vec4i(1), x == vec4i(0)); } // logicalNot
    default: { return x; }
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u >= params.n) {
    return;
  }
  if (OP < 64u) {
    y[i] = vec4<Y>(float_op(vec4f(x[i])));
  } else {
    y[i] = vec4<Y>(integer_op(vec4i(x[i])));
  }
}
