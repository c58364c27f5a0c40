// y[i] = combine(a[offset_a(i)], b[offset_b(i)]): operands whose axes of size 1 repeat (their stride is 0).
// y is a block of size0 × … × size5, row-major, that starts `y_base` elements into what is bound; likewise a and b.
// A lane owns one vec4 of y. With VEC it lies within one row of the last axis, along which a and b advance by 1 from vec4 to
// vec4, or by 0. `combine` comes from a lib file.

alias T = f32; // of the arithmetic
alias A = f32; // of a and b in memory
alias Y = f32;

@group(0) @binding(0) var<storage, read> a: array<vec4<A>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<A>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Y>>;

struct Params {
  n: u32,
  y_base: u32,
  a_base: u32,
  b_base: u32,
  size1: u32,
  size2: u32,
  size3: u32,
  size4: u32,
  size5: u32,
  a0: u32,
  a1: u32,
  a2: u32,
  a3: u32,
  a4: u32,
  a5: u32,
  b0: u32,
  b1: u32,
  b2: u32,
  b3: u32,
  b4: u32,
  b5: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

// Axes in use, counted from the last: 2, 3 or 6.
override RANK: u32 = 6;
override VEC: bool = false;

// Row-major position → offsets in a and b.
fn offsets(position: u32) -> vec2u {
  let p = params;
  var rest = position;
  var at = vec2u(p.a_base, p.b_base) + (rest % p.size5) * vec2u(p.a5, p.b5);
  rest /= p.size5;
  if (RANK == 2u) {
    return at + rest * vec2u(p.a4, p.b4);
  }
  at += (rest % p.size4) * vec2u(p.a4, p.b4);
  rest /= p.size4;
  if (RANK == 3u) {
    return at + rest * vec2u(p.a3, p.b3);
  }
  at += (rest % p.size3) * vec2u(p.a3, p.b3);
  rest /= p.size3;
  at += (rest % p.size2) * vec2u(p.a2, p.b2);
  rest /= p.size2;
  at += (rest % p.size1) * vec2u(p.a1, p.b1);
  return at + rest / p.size1 * vec2u(p.a0, p.b0);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  let first = i * 4u;
  let end = params.y_base + params.n;
  if (first >= end || first + 4u <= params.y_base) {
    return;
  }
  if (VEC) {
    let at = offsets(first - params.y_base);
    var p = vec4<T>(T(a[at.x / 4u][at.x % 4u]));
    var q = vec4<T>(T(b[at.y / 4u][at.y % 4u]));
    if (params.a5 == 1u) {
      p = vec4<T>(a[at.x / 4u]);
    }
    if (params.b5 == 1u) {
      q = vec4<T>(b[at.y / 4u]);
    }
    y[i] = vec4<Y>(combine(p, q));
    return;
  }
  var p: vec4<T>;
  var q: vec4<T>;
  for (var k = 0u; k < 4u; k++) {
    // Elements outside the block repeat its nearest one and are not stored.
    let at = offsets(clamp(first + k, params.y_base, end - 1u) - params.y_base);
    p[k] = T(a[at.x / 4u][at.x % 4u]);
    q[k] = T(b[at.y / 4u][at.y % 4u]);
  }
  let r = vec4<Y>(combine(p, q));
  if (first >= params.y_base && first + 4u <= end) {
    y[i] = r;
    return;
  }
  for (var k = 0u; k < 4u; k++) {
    if (first + k >= params.y_base && first + k < end) {
      y[i][k] = r[k];
    }
  }
}
