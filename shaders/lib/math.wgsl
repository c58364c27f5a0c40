// Elementary functions on vec4f, within a few units in the last place everywhere: WGSL allows its own ones absolute errors
// that are useless near 0 (log near 1, tanh, sin) or that grow with the argument (exp). NaN stays NaN.

const SQRT2 = 1.4142135623730951;
// log 2 in two parts: the first has so few bits that its product with an exponent is exact.
const LN2_HIGH = 0.693145751953125;
const LN2_LOW = 1.428606820309417e-6;

fn quiet_nan(x: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(x) | vec4u(0x7fc00000u));
}

// exp(x) = s t (1 + p): p = exp(r) − 1 by its series for the rest r of x after whole powers of two, |r| ≤ log(2)/2;
// s t is the power of two, in two factors so that neither overflows.
struct ExpParts {
  p: vec4f,
  s: vec4f,
  t: vec4f,
}

fn exp_parts(x: vec4f) -> ExpParts {
  // Beyond these bounds all is infinite or 0.
  let bounded = select(select(x, vec4f(90.0), x > vec4f(90.0)), vec4f(-110.0), x < vec4f(-110.0));
  let k = round(bounded * (1.0 / (LN2_HIGH + LN2_LOW)));
  let r = bounded - k * LN2_HIGH - k * LN2_LOW;
  let p = r + r * r * (1.0 / 2.0 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0))))));
  let power = vec4i(k);
  let half = power >> vec4u(1u);
  return ExpParts(p, power_of_two(half), power_of_two(power - half));
}

fn power_of_two(k: vec4i) -> vec4f {
  return bitcast<vec4f>((k + 127) << vec4u(23u));
}

fn exp4(x: vec4f) -> vec4f {
  let e = exp_parts(x);
  return (e.s + e.s * e.p) * e.t;
}

// exp(x) − 1, accurate also where x is small.
fn expm1(x: vec4f) -> vec4f {
  let e = exp_parts(x);
  return (e.s * e.p + (e.s - 1.0 / e.t)) * e.t;
}

// log(1 + f) = 2 artanh(s) with s = f / (2 + f), for 1 + f between √½ and √2.
fn log_series(f: vec4f) -> vec4f {
  let s = f / (2.0 + f);
  let z = s * s;
  // 2s = f − s f, and f is exact.
  return f - s * (f - z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0)))));
}

fn log4(x: vec4f) -> vec4f {
  let bits = bitcast<vec4i>(x);
  // The exponent that leaves a mantissa between √½ and √2.
  let exponent = (bits - 0x3f3504f3) >> vec4u(23u);
  let mantissa = bitcast<vec4f>(bits - (exponent << vec4u(23u)));
  let k = vec4f(exponent);
  let finite = k * LN2_HIGH + (k * LN2_LOW + log_series(mantissa - 1.0));
  // 0, and what is so small that some devices take it for 0, gives −∞.
  let edge = select(-1.0 / abs(x), quiet_nan(x), x < vec4f(0.0));
  return select(select(finite, edge, x < vec4f(1.17549435e-38)), x, bits >= vec4i(0x7f800000));
}

// log(1 + x), accurate also where x is small.
fn log1p(x: vec4f) -> vec4f {
  return select(log4(1.0 + x), log_series(x), abs(x - 0.0607) < vec4f(0.3535));
}

// tanh(x) = e / (e + 2) with e = exp(2x) − 1; ±1 in f32 from |x| = 9.02 on.
fn tanh4(x: vec4f) -> vec4f {
  let e = expm1(2.0 * select(select(x, vec4f(10.0), x > vec4f(10.0)), vec4f(-10.0), x < vec4f(-10.0)));
  return e / (e + 2.0);
}

// 1 / (1 + exp(−x)), from whichever of exp(±x) does not overflow.
fn sigmoid(x: vec4f) -> vec4f {
  let e = exp4(-abs(x));
  return select(vec4f(1.0), e, x < vec4f(0.0)) / (1.0 + e);
}

// log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|))
fn softplus(x: vec4f) -> vec4f {
  return select(x, vec4f(0.0), x < vec4f(0.0)) + log1p(exp4(-abs(x)));
}

// sin(x + quarter · π/2): the rest of x after whole quarters of a turn, then the series of sine or cosine.
// π/2 comes in parts of so few bits that their products with k are exact while k < 2¹⁶, for |x| up to 10⁵; past that the error grows.
fn sin_quarter(x: vec4f, quarter: i32) -> vec4f {
  let k = round(x * 0.6366197723675814);
  let r = x - k * 1.5703125 - k * 0.0004825592041015625 - k * 1.2665987014770508e-06 - k * 9.92093629470503e-10;
  let z = r * r;
  let s = r + r * z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * (1.0 / 362880.0))));
  let c = 1.0 - z * (0.5 + z * (-1.0 / 24.0 + z * (1.0 / 720.0 + z * (-1.0 / 40320.0))));
  let turn = vec4i(k) + quarter;
  let y = select(s, c, (turn & vec4i(1)) == vec4i(1));
  return select(y, -y, (turn & vec4i(2)) == vec4i(2));
}

// exp(z²) erfc(z) for z ≥ 0, as t P(t) with t = 3 / (3 + z); P is a minimax fit for z ≤ 10, relative error 2e-9.
fn erfcx(z: vec4f) -> vec4f {
  let t = 3.0 / (3.0 + z);
  return t * (0.18803553015991317 + t * (0.18868930992378505 + t * (0.17140554077437364 + t * (0.19221519829069905 + t *
    (-0.0020949797466042414 + t * (0.40380068806464686 + t * (-0.44150303686355263 + t * (0.5359636242662277 + t *
    (-0.29224777102896327 + t * 0.055735894301747725)))))))));
}

// 2/√π ∫₀ˣ exp(−t²) dt: for |x| < 1 as x P(x²), a minimax fit with relative error 1.3e-9.
fn erf(x: vec4f) -> vec4f {
  let z = x * x;
  let near = x * (1.1283791657267128 + z * (-0.37612625824212953 + z * (0.11283585148404807 + z * (-0.02685381192784346 +
    z * (0.005188327673638822 + z * (-0.0008010193533390573 + z * 0.0000785386108798699))))));
  let far = 1.0 - erfcx(abs(x)) * exp4(-z);
  return select(select(far, -far, x < vec4f(0.0)), near, z < vec4f(1.0));
}

// φ(x) = exp(−x²/2) / √(2π)
fn normal_pdf(x: vec4f) -> vec4f {
  return exp4(-0.5 * x * x) * 0.3989422804014327;
}

// Φ(x) = erfc(−x/√2) / 2, without cancellation in the lower tail.
fn normal_cdf(x: vec4f) -> vec4f {
  let tail = 0.5 * erfcx(abs(x) / SQRT2) * exp4(-0.5 * x * x);
  return select(1.0 - tail, tail, x < vec4f(0.0));
}

// The argument of tanh in gelu's approximation: √(2/π) (x + 0.044715 x³).
fn gelu_inner(x: vec4f) -> vec4f {
  return 0.7978845608028654 * (x + 0.044715 * x * x * x);
}

fn gelu_inner_slope(x: vec4f) -> vec4f {
  return 0.7978845608028654 * (1.0 + 3.0 * 0.044715 * x * x);
}
