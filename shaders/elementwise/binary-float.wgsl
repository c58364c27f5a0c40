// f(a, b) on f32, by OP: for elementwise ops of two tensors, and for reductions, which fold with it.

override OP: u32 = 0;

fn combine(a: vec4f, b: vec4f) -> vec4f {
  switch OP {
    case 0u: { return a + b; }
    case 1u: { return a - b; }
    case 2u: { return a * b; }
    case 3u: { return a / b; }
    case 4u: { return select(select(b, a, a > b), a + b, is_nan(a) | is_nan(b)); } // maximum
    case 5u: { return select(select(b, a, a < b), a + b, is_nan(a) | is_nan(b)); } // minimum
    case 6u: { // squaredDifference
      let d = a - b;
      return d * d;
    }
    case 7u: { return power(a, b); } // pow
    case 8u: { return divide(a, b).rest; } // mod
    case 9u: { return divide(a, b).quotient; } // floorDiv
    default: { return a; }
  }
}

// a = quotient · b + rest with a whole quotient and a rest of b's sign. Exact while |a/b| < 2²⁴, where fma rounds once.
struct Division {
  quotient: vec4f,
  rest: vec4f,
}

fn divide(a: vec4f, b: vec4f) -> Division {
  let zero = vec4f(0.0);
  let quotient = trunc(a / b);
  // The product of 0 and an infinite b would be NaN.
  let rest = select(fma(-quotient, b, a), a, (quotient == zero) & (b != zero));
  let other_sign = (rest != zero) & ((rest < zero) != (b < zero));
  return Division(select(quotient, quotient - 1.0, other_sign), select(rest, rest + b, other_sign));
}

// Small whole exponents by repeated squaring, exact where its products are; others as exp(b log|a|), with the sign of aᵇ.
fn power(a: vec4f, b: vec4f) -> vec4f {
  let zero = vec4f(0.0);
  let one = vec4f(1.0);
  let whole = trunc(b) == b;
  var bits = vec4u(min(abs(b), vec4f(127.0)));
  let odd = whole & (abs(b) < vec4f(16777216.0)) & (vec4u(abs(b)) % 2u == vec4u(1u));
  var product = one;
  var square = a;
  for (var i = 0u; i < 7u; i++) {
    product *= select(one, square, bits % 2u == vec4u(1u));
    square *= square;
    bits /= vec4u(2u);
  }
  let exact = select(product, 1.0 / product, b < zero);
  let size = exp4(select(b * log4(abs(a)), zero, abs(a) == one));
  let signed = select(size, -size, (a < zero) & odd);
  let general = select(signed, quiet_nan(a), (a < zero) & !whole);
  return select(general, exact, whole & (abs(b) < vec4f(128.0)));
}
