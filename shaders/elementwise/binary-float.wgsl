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
    case 7u: { return power(a, b); }
    case 8u: { return modulo(a, b); }
    case 9u: { return round((a - modulo(a, b)) / b); } // floorDiv
    default: { return a; }
  }
}

// a − b·floor(a/b), with the sign of b.
fn modulo(a: vec4f, b: vec4f) -> vec4f {
  let r = fma(-trunc(a / b), b, a);
  return select(r, r + b, (r != vec4f(0.0)) & ((r < vec4f(0.0)) != (b < vec4f(0.0))));
}

fn power(a: vec4f, b: vec4f) -> vec4f {
  return pow(abs(a), b);
}
