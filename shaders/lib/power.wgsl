// x to a whole power by repeated squaring: exact to a few ulps, where the built-in pow, through exp2 and
// log2, loses four digits near x = 1 (0.999 to the t, in Adam's bias correction).
fn power(x: f32, exponent: u32) -> f32 {
  var result = 1.0;
  var square = x;
  for (var n = exponent; n > 0u; n >>= 1u) {
    if ((n & 1u) == 1u) {
      result *= square;
    }
    square *= square;
  }
  return result;
}
