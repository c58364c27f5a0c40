// Follow the regularised leader (McMahan et al. 2013, algorithm 1), with shrinkage s as Keras has it:
//   b = a + g²      z ← z + (g + 2·s·p) − (b^q − a^q)/lr · p      a ← b
//   p ← (clip(z, −λ₁, λ₁) − z)/(b^q/lr + 2·λ₂ + β/lr)
// p, g, a, z [n] lie at the same offsets of their arenas; a lane owns one vec4. lr comes from the step slot.
// The usual q = ½ is a square root (ROOT): pow loses digits.

override ROOT = true;

@group(0) @binding(0) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> z: array<vec4f>;

struct Params {
  n: u32, // in vec4s
  exponent: f32, // q
  l1: f32,
  l2: f32,
  shrinkage: f32,
  beta: f32,
  step_base: u32, // of lr
}
@group(0) @binding(4) var<uniform> params: Params;

fn raised(x: vec4f) -> vec4f {
  if (ROOT) {
    return sqrt(x);
  }
  return pow(x, vec4f(params.exponent));
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
  let gradient = g[i];
  let before = a[i];
  let after = before + gradient * gradient;
  let value = p[i];
  let linear = z[i] + (gradient + 2.0 * params.shrinkage * value) - (raised(after) - raised(before)) / lr * value;
  a[i] = after;
  z[i] = linear;
  let bound = vec4f(params.l1);
  let clipped = select(select(linear, -bound, linear < -bound), bound, linear > bound);
  p[i] = (clipped - linear) / (raised(after) / lr + (2.0 * params.l2 + params.beta / lr));
}
