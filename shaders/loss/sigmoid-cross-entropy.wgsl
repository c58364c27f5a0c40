// loss[i] = max(x[i], 0) − x[i] · t[i] + log(1 + exp(−|x[i]|)), which is −t log σ(x) − (1 − t) log(1 − σ(x))
// x logits, t targets, loss [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> t: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> loss: array<vec4f>;

struct Params {
  n: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u < params.n) {
    // By select, not max, which may drop a NaN.
    let positive = select(x[i], vec4f(0.0), x[i] < vec4f(0.0));
    loss[i] = (positive - x[i] * t[i]) + log1p(exp(-abs(x[i])));
  }
}
