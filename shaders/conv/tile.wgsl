// Y = f(P·W + bias), P·Wᵀ, or in parts dW = Pᵀ·dY with db = the sum of dY (FILTERS); P's patches as patches.wgsl tells.
//
// For GPUs, as matmul/tile.wgsl: a workgroup owns TILE_M × TILE_N of the result and walks along its sums in steps of TILE_K, whose
// parts of both operands it keeps in workgroup memory as vec4s of four rows, or four columns, at one depth. A lane owns four rows ×
// four columns in registers. Of its rows the workgroup finds out once where they lie in x: corners of pixels, or ways to elements of
// a patch; each load adds that to where its depth lies. Neighbouring lanes load neighbouring channels.

override FILTERS: bool = false;
override TRANSPOSE_W: bool = false; // W has its outputs as P's channels, its inputs as columns
override ACTIVATION: u32 = 0;

const TILE_M = 64u;
const TILE_N = 64u;
const TILE_K = 16u;
const LANES_N = TILE_N / 4u;
const LANES_M = TILE_M / 4u;
const LANES = LANES_M * LANES_N;
// One vec4 more than a row has, so that a column's vec4s lie in different banks of workgroup memory.
const STRIDE_M = LANES_M + 1u;
const STRIDE_N = LANES_N + 1u;

// Element types: f32 or f16.
alias X = f32;
alias B = f32;
alias Bias = f32;

@group(0) @binding(0) var<storage, read> x: array<X>;
@group(0) @binding(1) var<storage, read> b: array<B>; // W, or dY
@group(0) @binding(2) var<storage, read> bias: array<Bias>;
@group(0) @binding(3) var<storage, read_write> result: array<U>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> spots: array<vec4u, TILE_M>; // a row's spot, and whether there is such a row
var<workgroup> tile_a: array<vec4f, TILE_K * STRIDE_M>; // [depth, rows]
var<workgroup> tile_b: array<vec4f, TILE_K * STRIDE_N>; // [depth, columns]

fn spot_at(index: u32, pixel: bool) -> Spot {
  if (pixel) {
    return corner(index);
  }
  return way_to(index);
}

fn element_of_x(row: vec4u, depth: Spot, exists: bool) -> f32 {
  let valid = exists && row.w != 0u && inside(bitcast<i32>(row.y) + depth.high, bitcast<i32>(row.z) + depth.wide);
  return select(0.0, f32(x[row.x + depth.at]), valid);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let elements = patch_size();
  let rows = select(pixel_count(), elements, FILTERS);
  let depths = select(elements, pixel_count(), FILTERS);
  let row_blocks = (rows + TILE_M - 1u) / TILE_M;
  let column_blocks = (params.columns + TILE_N - 1u) / TILE_N;
  let g = flat_group(group, groups);
  let i0 = g % row_blocks * TILE_M;
  let j0 = g / row_blocks % column_blocks * TILE_N;
  let part = g / (row_blocks * column_blocks);
  let start = select(0u, part * params.part_depth, FILTERS);
  let end = select(depths, min(start + params.part_depth, depths), FILTERS);
  let lane_m = lane / LANES_N;
  let lane_n = lane % LANES_N;

  for (var i = lane; i < TILE_M; i += LANES) {
    let own = spot_at(i0 + i, !FILTERS);
    spots[i] = vec4u(own.at, bitcast<u32>(own.high), bitcast<u32>(own.wide), select(0u, 1u, i0 + i < rows));
  }
  workgroupBarrier();

  var acc: array<vec4f, 4>;
  var column_sums = vec4f(0.0);
  for (var l = start; l < end; l += TILE_K) {
    for (var e = lane; e < TILE_K * LANES_M; e += LANES) {
      let quad = select(e / TILE_K, e % LANES_M, FILTERS);
      let depth = select(e % TILE_K, e / LANES_M, FILTERS);
      let exists = l + depth < end;
      let at = spot_at(l + depth, FILTERS);
      tile_a[depth * STRIDE_M + quad] = vec4f(
        element_of_x(spots[quad * 4u], at, exists),
        element_of_x(spots[quad * 4u + 1u], at, exists),
        element_of_x(spots[quad * 4u + 2u], at, exists),
        element_of_x(spots[quad * 4u + 3u], at, exists),
      );
    }
    for (var e = lane; e < TILE_K * LANES_N; e += LANES) {
      let quad = select(e % LANES_N, e / TILE_K, TRANSPOSE_W);
      let depth = select(e / LANES_N, e % TILE_K, TRANSPOSE_W);
      let j = j0 + quad * 4u;
      var at: u32;
      var step = 1u;
      if (FILTERS) {
        at = y_of(l + depth) + j;
      } else {
        step = params.w_column;
        at = w_of(l + depth) + j * step;
      }
      let values = vec4f(vec4<B>(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step]));
      tile_b[depth * STRIDE_N + quad] = select(vec4f(0.0), values, l + depth < end);
    }
    workgroupBarrier();
    for (var depth = 0u; depth < TILE_K; depth++) {
      let p = tile_a[depth * STRIDE_M + lane_m];
      let columns = tile_b[depth * STRIDE_N + lane_n];
      acc[0] += p.x * columns;
      acc[1] += p.y * columns;
      acc[2] += p.z * columns;
      acc[3] += p.w * columns;
      if (FILTERS) {
        column_sums += columns;
      }
    }
    workgroupBarrier();
  }

  let j = j0 + lane_n * 4u;
  if (part >= params.parts || j >= params.columns) {
    return;
  }
  let room = params.columns - j;
  let base = params.result_base + part * params.part_size + j;
  var shift = vec4f(0.0);
  if (params.has_bias != 0u) {
    let at = params.bias_base + j;
    shift = vec4f(vec4<Bias>(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]));
  }
  for (var r = 0u; r < 4u; r++) {
    let i = i0 + lane_m * 4u + r;
    if (i < rows) {
      if (FILTERS) {
        store(base + i * params.columns, acc[r], room);
      } else {
        store(y_of(i) + j, activate(ACTIVATION, acc[r] + shift, params.floor), room);
      }
    }
  }
  if (FILTERS && i0 == 0u && lane_m == 0u) {
    store(base + params.sums_base, column_sums, room);
  }
}
