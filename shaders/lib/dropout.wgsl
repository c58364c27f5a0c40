// Inverted dropout of elements 4·quad to 4·quad + 3 of a tensor: one stays, times `scale`, if its bits are below `threshold`, else it
// becomes 0. Element i owns word i mod 2 of Threefry's counter (i / 2, stream). The key is in the step slot, at `base`.
fn drop(x: vec4f, quad: u32, stream: u32, threshold: u32, scale: f32, base: u32) -> vec4f {
  let key = vec2u(step_u32(base), step_u32(base + 1u));
  let bits = vec4u(threefry(key, vec2u(quad * 2u, stream)), threefry(key, vec2u(quad * 2u + 1u, stream)));
  return select(vec4f(0.0), x * scale, bits < vec4u(threshold));
}
