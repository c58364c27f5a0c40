// Adam (adam.wgsl) for the rows of a table that ever had a gradient. The gradient of a row that this batch does not name
// is 0: its moments decay, and it moves on. To all other rows, moments 0, the same update would do nothing.
// list: how many rows ever had a gradient, then which. rows: how many this batch names, then which; g [capacity, width]
// their gradients in that order. places [table rows]: 1 + the place of a row in the batch that named it last.
// p, m, v come as windows of [table rows, width] that hold the rows from row_start on, `base` T after their beginning.
// T is vec4f or vec2f where the width divides, and widths then count those.
// Lanes take one T after the other, as far apart as there are lanes. lr and t come from the step slot.

alias T = f32;

@group(0) @binding(0) var<storage, read_write> p: array<T>;
@group(0) @binding(1) var<storage, read_write> m: array<T>;
@group(0) @binding(2) var<storage, read_write> v: array<T>;
@group(0) @binding(3) var<storage, read> g: array<T>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read> places: array<u32>;
@group(0) @binding(6) var<storage, read> list: array<u32>;

struct Params {
  width: u32,
  row_start: u32,
  row_length: u32,
  base: u32,
  beta_1: f32,
  beta_2: f32,
  rest_1: f32,
  rest_2: f32,
  epsilon: f32,
  step_base: u32, // of lr, t
}
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let lr = step_f32(params.step_base);
  let t = step_u32(params.step_base + 1u);
  let alpha = lr * sqrt(1.0 - power(params.beta_2, t)) / (1.0 - power(params.beta_1, t));

  let lanes = groups.x * groups.y * 256u;
  let n = list[0] * params.width;
  for (var i = flat_group(group, groups) * 256u + lane; i < n; i += lanes) {
    let touched = i / params.width;
    let column = i - touched * params.width;
    let row = list[touched + 1u];
    // A row before the window becomes a very large number.
    let at = row - params.row_start;
    if (at >= params.row_length) {
      continue;
    }
    var gradient = T(0.0);
    let place = places[row];
    if (place <= rows[0] && rows[place] == row) {
      gradient = g[(place - 1u) * params.width + column];
    }
    let j = params.base + at * params.width + column;
    let first = m[j] + (gradient - m[j]) * params.rest_1;
    let second = v[j] + (gradient * gradient - v[j]) * params.rest_2;
    m[j] = first;
    v[j] = second;
    p[j] -= alpha * first / (sqrt(second) + params.epsilon);
  }
}
