// Whether a and b compare as OP says, as 0 or 1: `combine` of the elementwise kernels of two tensors.

override OP: u32 = 0;

fn combine(a: vec4<T>, b: vec4<T>) -> vec4u {
  return select(vec4u(0u), vec4u(1u), compare(a, b));
}

fn compare(a: vec4<T>, b: vec4<T>) -> vec4<bool> {
  switch OP {
    case 0u: { return a == b; }
    case 1u: { return !(a == b); } // a != b would be false for NaN
    case 2u: { return a < b; }
    case 3u: { return a <= b; }
    case 4u: { return a > b; }
    case 5u: { return a >= b; }
    case 6u: { return (a != vec4<T>()) & (b != vec4<T>()); } // logicalAnd
    default: { return (a != vec4<T>()) | (b != vec4<T>()); } // logicalOr
  }
}
