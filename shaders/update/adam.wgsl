// Adam (Kingma & Ba 2015, section 2, the "epsilon hat" form that Keras uses):
//   m ← m + (g − m)·(1 − β₁)      v ← v + (g² − v)·(1 − β₂)
//   p ← p − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε)
// p, g, m, v [n] lie at the same offsets of their arenas; all parameters in one dispatch.
// With PLACED the gradient of one table among them, [rows, width], is not in g but in placed [capacity, width]: that of a row
// stands at its place, and is 0 where the place lies past the capacity.
// A lane owns one vec4. lr and t come from the step slot.

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(4) var<storage, read> placed: array<vec4f>;
@group(0) @binding(5) var<storage, read> places: array<u32>;

override PLACED: bool = false;

struct Params {
  n: u32, // in vec4s
  beta_1: f32,
  beta_2: f32,
  rest_1: f32, // 1 − β₁, subtracted in f64: in f32 0.999 leaves four digits of it
  rest_2: f32,
  epsilon: f32,
  // The table with PLACED, in vec4s: where it starts, its length and its width.
  table_start: u32,
  table_length: u32,
  table_width: u32,
  capacity: u32, // in rows
  step_base: u32, // of lr, t
}
@group(0) @binding(6) var<uniform> params: Params;

fn gradient_of(i: u32) -> vec4f {
  if (PLACED) {
    let at = i - params.table_start;
    if (at < params.table_length) {
      let row = at / params.table_width;
      let place = places[row];
      if (place >= params.capacity) {
        return vec4f(0.0);
      }
      return placed[(place - row) * params.table_width + at];
    }
  }
  return g[i];
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i >= params.n) {
    return;
  }
  let lr = step_f32(params.step_base);
  let t = step_u32(params.step_base + 1u);
  let alpha = lr * sqrt(1.0 - power(params.beta_2, t)) / (1.0 - power(params.beta_1, t));

  let gradient = gradient_of(i);
  let first = m[i] + (gradient - m[i]) * params.rest_1;
  let second = v[i] + (gradient * gradient - v[i]) * params.rest_2;
  m[i] = first;
  v[i] = second;
  p[i] -= alpha * first / (sqrt(second) + params.epsilon);
}
