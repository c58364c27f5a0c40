// Kernels on patches that look at single elements: of P[pixel, e] the corner and the way to e, and the filters' row for e.
fn way_to(e: u32) -> Spot {
  let t = e / params.channels;
  let place = tap(t / params.taps_wide, t % params.taps_wide);
  return Spot(place.at + e - t * params.channels, place.high, place.wide);
}

fn w_of(e: u32) -> u32 {
  let t = e / params.channels;
  return params.w_base + t / params.taps_wide * params.w_high + t % params.taps_wide * params.w_wide + (e - t * params.channels) * params.w_row;
}
