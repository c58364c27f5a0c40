// The peak of multiply-adds: a = a·x + y, again and again, on accumulators that do not wait for each other.
//
// Each lane owns two vec4 accumulators, eight chains: as many as a software adapter keeps in registers, and enough for a GPU,
// which has other lanes to go on with. A round is 64 multiply-adds on each chain: 2 · 8 · 64 · ROUNDS operations per lane.
// With x < 1 the numbers stay finite; the sum goes to memory so that nothing can be left out.
struct Params {
  rounds: u32,
  x: f32,
  y: f32,
}

@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

struct Chains {
  a: vec4f,
  b: vec4f,
}

fn four(c: Chains, x: vec4f, y: vec4f) -> Chains {
  var r = c;
  r.a = fma(r.a, x, y);
  r.b = fma(r.b, x, y);
  r.a = fma(r.a, x, y);
  r.b = fma(r.b, x, y);
  r.a = fma(r.a, x, y);
  r.b = fma(r.b, x, y);
  r.a = fma(r.a, x, y);
  r.b = fma(r.b, x, y);
  return r;
}

fn sixteen(c: Chains, x: vec4f, y: vec4f) -> Chains {
  return four(four(four(four(c, x, y), x, y), x, y), x, y);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(params.x);
  let y = vec4f(params.y);
  var c = Chains(vec4f(f32(id.x)), vec4f(f32(id.x) + 1.0));
  for (var i = 0u; i < params.rounds; i++) {
    c = sixteen(sixteen(sixteen(sixteen(c, x, y), x, y), x, y), x, y);
  }
  result[id.x] = c.a + c.b;
}
