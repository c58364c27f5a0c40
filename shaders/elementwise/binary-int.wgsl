// f(a, b) on i32 or u32, by OP, with the codes of binary-float.wgsl. Sums and products wrap around.

override OP: u32 = 0;

fn combine(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  switch OP {
    case 0u: { return a + b; }
    case 1u: { return a - b; }
    case 2u: { return a * b; }
    case 4u: { return max(a, b); }
    case 5u: { return min(a, b); }
    case 6u: { // squaredDifference
      let d = a - b;
      return d * d;
    }
    case 7u: { return power(a, b); }
    case 8u: { return modulo(a, b); }
    case 9u: { return select((a - modulo(a, b)) / b, vec4<T>(), b == vec4<T>()); } // floorDiv
    default: { return a; }
  }
}

// a − b·floor(a/b), with the sign of b; 0 where b is 0, as in NumPy.
fn modulo(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  let zero = vec4<T>();
  let rest = a % b;
  return select(rest, rest + b, (rest != zero) & ((rest < zero) != (b < zero)));
}

// By repeated squaring. Where b is negative the result is 1 over it without its fraction, 0 but for a = ±1.
fn power(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  let one = vec4<T>(T(1));
  let zero = vec4<T>();
  var bits = bitcast<vec4u>(select(b, zero - b, b < zero));
  var product = one;
  var square = a;
  for (var i = 0u; i < 32u; i++) {
    product *= select(one, square, bits % 2u == vec4u(1u));
    square *= square;
    bits /= vec4u(2u);
  }
  return select(product, select(zero, product, (a == one) | (a == zero - one)), b < zero);
}
