// dW = Pᵀ·dY and, if wanted, db = the sum of dY over all pixels; P's patches as patches.wgsl tells. Pixels come in parts: each has
// a slice of the result, [elements of a patch, columns] and then db, which matmul/split-sum.wgsl adds up.
//
// For processors whose lanes share registers but whose loads are dear, as broadcast.wgsl: a workgroup is one subgroup of LANES
// lanes and owns ROWS elements of a patch × 4·LANES columns; a lane owns ROWS × 4. A part is so many lines of pixels; each step
// takes four pixels of a line: the lanes load dY[pixel, their 4 columns] for themselves and a fragment of P together. Where
// channels come in vec4s (STEP 4), a lane of the fragment holds four elements at one pixel, else one element at four pixels.

enable subgroups;

const ROWS = 16u;
const LANES = 8u;
const LOADS = ROWS / LANES;
const QUADS = ROWS / 4u; // vec4s of elements in the block
const PIXELS = LANES / QUADS; // pixels in one load of them

// Element types: f32 or f16.
alias X = f32;
alias D = f32;

alias T = vec4<X>;
const STEP = 4u;
alias V = vec4<D>; // as U, in which the result comes

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> dy: array<V>;
@group(0) @binding(2) var<storage, read_write> result: array<U>;
@group(0) @binding(3) var<uniform> params: Params;

// dY at four columns, zero where the line has ended.
fn quad_of_dy(at: u32, exists: bool) -> vec4f {
  if (U_STEP == 4u) {
    return select(vec4f(0.0), vec4f(vec4<D>(dy[at / 4u])), exists);
  }
  let values = vec4<D>(vec4<D>(dy[at]).x, vec4<D>(dy[at + 1u]).x, vec4<D>(dy[at + 2u]).x, vec4<D>(dy[at + 3u]).x);
  return select(vec4f(0.0), vec4f(values), exists);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let elements = patch_size();
  let blocks = (elements + ROWS - 1u) / ROWS;
  let column_blocks = (params.columns + 4u * LANES - 1u) / (4u * LANES);
  let g = flat_group(group, groups);
  let e0 = g % blocks * ROWS;
  let j = (g / blocks % column_blocks * LANES + lane) * 4u;
  let part = g / (blocks * column_blocks);
  let lines = params.samples * params.high;
  let share = subgroup_lane % LANES;

  var ways: array<Spot, LOADS>;
  var exists: array<bool, LOADS>;
  for (var q = 0u; q < LOADS; q++) {
    let e = e0 + select(q * LANES + share, share % QUADS * 4u, STEP == 4u);
    ways[q] = way_to(e);
    exists[q] = e < elements;
  }

  var acc: array<vec4f, ROWS>;
  var column_sums = vec4f(0.0);
  for (var line = part * params.part_depth; line < min((part + 1u) * params.part_depth, lines); line++) {
    let first = corner(line * params.wide);
    let from_dy = y_of(line * params.wide) + j;
    let stride = params.stride_wide;
    for (var column = 0u; column < params.wide; column += 4u) {
      var fragment: array<vec4f, LOADS>;
      for (var q = 0u; q < LOADS; q++) {
        let high = first.high + ways[q].high;
        if (STEP == 4u) {
          let own = column + q * PIXELS + share / QUADS;
          let moved = own * stride;
          let valid = exists[q] && own < params.wide && inside(high, first.wide + ways[q].wide + i32(moved));
          fragment[q] = select(vec4f(0.0), vec4f(vec4<X>(x[(first.at + ways[q].at + moved * params.x_column) / 4u])), valid);
        } else {
          for (var v = 0u; v < 4u; v++) {
            let moved = (column + v) * stride;
            let valid = exists[q] && column + v < params.wide && inside(high, first.wide + ways[q].wide + i32(moved));
            fragment[q][v] = select(0.0, f32(vec4<X>(x[first.at + ways[q].at + moved * params.x_column]).x), valid);
          }
        }
      }
      let at = from_dy + column * params.y_column;
      let b0 = quad_of_dy(at, true);
      let b1 = quad_of_dy(at + params.y_column, column + 1u < params.wide);
      let b2 = quad_of_dy(at + 2u * params.y_column, column + 2u < params.wide);
      let b3 = quad_of_dy(at + 3u * params.y_column, column + 3u < params.wide);
      for (var i = 0u; i < ROWS; i++) {
        if (STEP == 4u) {
          let quad = i / 4u;
          acc[i] += subgroupShuffle(fragment[0][i % 4u], quad) * b0
            + subgroupShuffle(fragment[1u / PIXELS][i % 4u], 1u % PIXELS * QUADS + quad) * b1
            + subgroupShuffle(fragment[2u / PIXELS][i % 4u], 2u % PIXELS * QUADS + quad) * b2
            + subgroupShuffle(fragment[3u / PIXELS][i % 4u], 3u % PIXELS * QUADS + quad) * b3;
        } else {
          let p = subgroupShuffle(fragment[i / LANES], i % LANES);
          acc[i] += p.x * b0 + p.y * b1 + p.z * b2 + p.w * b3;
        }
      }
      column_sums += b0 + b1 + b2 + b3;
    }
  }

  if (j >= params.columns || part >= params.parts) {
    return;
  }
  let base = params.result_base + part * params.part_size;
  var rows = acc;
  for (var e = e0; e < min(e0 + ROWS, elements); e++) {
    store(base + e * params.columns + j, rows[e - e0], params.columns - j);
  }
  if (e0 == 0u) {
    store(base + params.sums_base + j, column_sums, params.columns - j);
  }
}
