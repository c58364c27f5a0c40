// Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): 64 random bits for
// each counter, a pure function of it and the key. The same bits as engine/random/threefry.ts.

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var x = counter + key;
  x = threefry_rounds(x, vec4u(13u, 15u, 26u, 6u)) + vec2u(key.y, third + 1u);
  x = threefry_rounds(x, vec4u(17u, 29u, 16u, 24u)) + vec2u(third, key.x + 2u);
  x = threefry_rounds(x, vec4u(13u, 15u, 26u, 6u)) + vec2u(key.x, key.y + 3u);
  x = threefry_rounds(x, vec4u(17u, 29u, 16u, 24u)) + vec2u(key.y, third + 4u);
  x = threefry_rounds(x, vec4u(13u, 15u, 26u, 6u)) + vec2u(third, key.x + 5u);
  return x;
}

fn threefry_rounds(x: vec2u, rotations: vec4u) -> vec2u {
  return threefry_round(threefry_round(threefry_round(threefry_round(x, rotations.x), rotations.y), rotations.z), rotations.w);
}

fn threefry_round(x: vec2u, rotation: u32) -> vec2u {
  let sum = x.x + x.y;
  return vec2u(sum, ((x.y << rotation) | (x.y >> (32u - rotation))) ^ sum);
}
