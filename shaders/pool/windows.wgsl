// Windows over [samples, height, width, channels], row-major; channels count vec4s where T is vec4f. Window (r, c) covers the
// elements from (r · stride_high − pad_top, c · stride_wide − pad_left) on, pool_high by pool_wide, as far as they exist.
// A lane owns one T of the target: an output going forward, an input going back. The target's part that is bound holds rows
// `first` to `first + rows` of each sample; the source's begins with its first sample, row 0 of which would lie at source_base
// (which wraps around if that row is not bound).
struct Params {
  count: u32, // of the target, in T
  rows: u32,
  first: u32,
  channels: u32,
  height: u32,
  width: u32,
  windows_high: u32,
  windows_wide: u32,
  pool_high: u32,
  pool_wide: u32,
  stride_high: u32,
  stride_wide: u32,
  pad_top: u32,
  pad_left: u32,
  source_base: u32,
  target_base: u32,
}

struct Place {
  sample: u32,
  row: u32,
  column: u32,
  channel: u32,
}

fn place_of(i: u32, columns: u32) -> Place {
  let column = i / params.channels;
  let row = column / columns;
  let sample = row / params.rows;
  return Place(sample, params.first + row - sample * params.rows, column - row * columns, i - column * params.channels);
}

// Along one axis, the first element that window w covers, and the one after the last.
fn covered(w: u32, stride: u32, pad: u32, pool: u32, size: u32) -> vec2u {
  let start = w * stride;
  return vec2u(max(start, pad) - pad, min(start + pool - pad, size));
}

// Along one axis, the first window that covers element i, and the one after the last.
fn covering(i: u32, stride: u32, pad: u32, pool: u32, windows: u32) -> vec2u {
  let end = i + pad + 1u;
  return vec2u((max(end, pool) - pool + stride - 1u) / stride, min((end - 1u) / stride + 1u, windows));
}

fn covered_rows(w: u32) -> vec2u {
  return covered(w, params.stride_high, params.pad_top, params.pool_high, params.height);
}

fn covered_columns(w: u32) -> vec2u {
  return covered(w, params.stride_wide, params.pad_left, params.pool_wide, params.width);
}

fn windows_of_row(i: u32) -> vec2u {
  return covering(i, params.stride_high, params.pad_top, params.pool_high, params.windows_high);
}

fn windows_of_column(i: u32) -> vec2u {
  return covering(i, params.stride_wide, params.pad_left, params.pool_wide, params.windows_wide);
}
