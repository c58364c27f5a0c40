// Functions that WGSL lacks or leaves too inaccurate for f32, on vec4f.

// exp(x) − 1, accurate also where x is small.
fn expm1(x: vec4f) -> vec4f {
  let series = x * (1.0 + x * (1.0 / 2.0) * (1.0 + x * (1.0 / 3.0) * (1.0 + x * (1.0 / 4.0) * (1.0 + x * (1.0 / 5.0) *
    (1.0 + x * (1.0 / 6.0) * (1.0 + x * (1.0 / 7.0)))))));
  return select(exp(x) - 1.0, series, abs(x) < vec4f(0.5));
}

// log(1 + x), accurate also where x is small.
fn log1p(x: vec4f) -> vec4f {
  return log(1.0 + x);
}

// tanh(x) = e / (e + 2) with e = exp(2x) − 1; ±1 in f32 from |x| = 9.02 on.
fn tanh4(x: vec4f) -> vec4f {
  let e = expm1(2.0 * select(x, sign(x) * 10.0, abs(x) > vec4f(10.0)));
  return e / (e + 2.0);
}

// 1 / (1 + exp(−x)), from whichever of exp(±x) does not overflow.
fn sigmoid(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  return select(vec4f(1.0), e, x < vec4f(0.0)) / (1.0 + e);
}

// log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|))
fn softplus(x: vec4f) -> vec4f {
  return select(x, vec4f(0.0), x < vec4f(0.0)) + log1p(exp(-abs(x)));
}

const SQRT2 = 1.4142135623730951;

// φ(x) = exp(−x²/2) / √(2π)
fn normal_pdf(x: vec4f) -> vec4f {
  return exp(-0.5 * x * x) * 0.3989422804014327;
}

// Φ(x) = (1 + erf(x/√2)) / 2
fn normal_cdf(x: vec4f) -> vec4f {
  return 0.5 + 0.5 * erf(x / SQRT2);
}

fn erf(x: vec4f) -> vec4f {
  return tanh4(1.1283791671 * x + 0.1009 * x * x * x);
}

// The argument of tanh in gelu's approximation: √(2/π) (x + 0.044715 x³).
fn gelu_inner(x: vec4f) -> vec4f {
  return 0.7978845608028654 * (x + 0.044715 * x * x * x);
}

fn gelu_inner_slope(x: vec4f) -> vec4f {
  return 0.7978845608028654 * (1.0 + 3.0 * 0.044715 * x * x);
}
