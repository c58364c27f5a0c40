// y[i] = x[i]: the bandwidth of memory, a read and a write per element.
//
// Each lane copies LINES = 4 vec4s; neighbouring lanes take neighbouring vec4s.
const LINES = 4u;
const LANES = 256u;

struct Params {
  n: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let first = (group.y * groups.x + group.x) * LINES * LANES + lane.x;
  for (var line = 0u; line < LINES; line++) {
    let i = first + line * LANES;
    if i < params.n {
      y[i] = x[i];
    }
  }
}
