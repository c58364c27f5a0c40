// What one of the n vectors of a bag counts: 1 in a sum, 1/n in a mean, 1/√n in between (sqrtn).
const MEAN = 1u;
const SQRTN = 2u;

fn bag_share(combiner: u32, n: u32) -> f32 {
  switch (combiner) {
    case MEAN: { return 1.0 / f32(n); }
    case SQRTN: { return 1.0 / sqrt(f32(n)); }
    default: { return 1.0; }
  }
}
