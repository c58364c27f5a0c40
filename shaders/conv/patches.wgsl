// A convolution as a matrix product P·B of which P is never laid out. A row of P is the patch of the source x that one pixel sees:
//   P[(sample, row, column), (r, s, c)] = x[sample, row·stride + first + r·step, column·stride + first + s·step, c], 0 outside of x
// for pixels (sample, row, column) and taps (r, s) with channels c. The convolution is P·W; the gradient of its filters Pᵀ·dY; that
// of its input P·Wᵀ, with dY as the source, steps backwards, and one such product for each remainder of the rows and columns of x
// by the strides, since these see different taps.
//
// Maps are [samples, height, width, channels], row-major, filters [rows, columns, inputs, outputs]; distances are in elements.
// Sums of addresses wrap around, so that what is bound may begin after the first sample's first row.
struct Params {
  samples: u32, // pixels
  high: u32,
  wide: u32,
  height: u32, // the source
  width: u32,
  channels: u32,
  x_base: u32,
  x_sample: u32,
  x_row: u32,
  x_column: u32,
  stride_high: u32,
  stride_wide: u32,
  first_high: i32,
  first_wide: i32,
  step_high: i32,
  step_wide: i32,
  taps_high: u32,
  taps_wide: u32,
  w_base: u32, // filters, from one used tap, input and output to the next
  w_high: u32,
  w_wide: u32,
  w_row: u32,
  w_column: u32,
  columns: u32, // of B and of the result
  y_base: u32, // the map that has a vector for every pixel
  y_sample: u32,
  y_row: u32,
  y_column: u32,
  bias_base: u32,
  has_bias: u32,
  floor: f32,
  parts: u32, // of the sums over pixels, their depth, and where their results lie
  part_depth: u32,
  result_base: u32,
  part_size: u32,
  sums_base: u32,
}

// A corner of a patch in x, or the way from there to one of its elements: what belongs to both is their sum.
struct Spot {
  at: u32,
  high: i32,
  wide: i32,
}

fn spot(high: i32, wide: i32) -> Spot {
  return Spot(u32(high) * params.x_row + u32(wide) * params.x_column, high, wide);
}

fn pixel_count() -> u32 {
  return params.samples * params.high * params.wide;
}

// The length of a patch.
fn patch_size() -> u32 {
  return params.taps_high * params.taps_wide * params.channels;
}

fn corner(pixel: u32) -> Spot {
  let line = pixel / params.wide;
  let sample = line / params.high;
  let row = line - sample * params.high;
  let column = pixel - line * params.wide;
  let place = spot(i32(row * params.stride_high) + params.first_high, i32(column * params.stride_wide) + params.first_wide);
  return Spot(params.x_base + sample * params.x_sample + place.at, place.high, place.wide);
}

fn tap(r: u32, s: u32) -> Spot {
  return spot(i32(r) * params.step_high, i32(s) * params.step_wide);
}

// Whether there is such an element in x.
fn inside(high: i32, wide: i32) -> bool {
  return u32(high) < params.height && u32(wide) < params.width;
}

// Where the other map has its vector for this pixel.
fn y_of(pixel: u32) -> u32 {
  let line = pixel / params.wide;
  let sample = line / params.high;
  return params.y_base + sample * params.y_sample + (line - sample * params.high) * params.y_row + (pixel - line * params.wide) * params.y_column;
}
