// loss[i] = max(x[i], 0) − x[i] · t[i] + log(1 + exp(−|x[i]|)), which is −t log σ(x) − (1 − t) log(1 − σ(x))
// matches[i] = 1 if t[i] is 1 and x[i] > threshold, or t[i] is 0 and it is not; else 0
// dx[i] = dloss[i] · (σ(x[i]) − t[i])
// The first two if LOSS, the third if GRADIENT.
// x logits, t targets and all others [n], in vec4s; a lane owns one vec4 (the tail of the last one is padding).

override LOSS: bool = true;
override GRADIENT: bool = false;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> t: array<vec4f>;
@group(0) @binding(2) var<storage, read> dloss: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> loss: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> matches: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;

struct Params {
  n: u32,
  threshold: f32,
}
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = flat_group(group, groups) * 256u + lane;
  if (i * 4u >= params.n) {
    return;
  }
  if (LOSS) {
    // By select, not max, which may drop a NaN.
    let positive = select(x[i], vec4f(0.0), x[i] < vec4f(0.0));
    loss[i] = (positive - x[i] * t[i]) + log1p(exp(-abs(x[i])));
    let predicted = select(vec4f(0.0), vec4f(1.0), x[i] > vec4f(params.threshold));
    matches[i] = select(vec4f(0.0), vec4f(1.0), predicted == t[i]);
  }
  if (GRADIENT) {
    dx[i] = dloss[i] * (sigmoid(x[i]) - t[i]);
  }
}
