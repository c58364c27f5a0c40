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
    case 9u: { return (a - modulo(a, b)) / b; } // floorDiv
    default: { return a; }
  }
}

// a − b·floor(a/b), with the sign of b; a where b is 0.
fn modulo(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  let r = a % b;
  return select(r, r + b, (r != vec4<T>()) & ((r < vec4<T>()) != (b < vec4<T>())));
}

fn power(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  return a;
}
