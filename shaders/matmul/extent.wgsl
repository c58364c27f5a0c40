// Where the sums of a block that starts at row i0 end, within its part of k from `start` on. What is wanted may be less than
// there is, and only the device knows how much: extent[0] rows of C (limits 1; the sums of others stay empty), or extent[0]
// products per sum (limits 2). `limit_start` is the first row, or the first k, of the window that the kernel sees.
fn end_of_sums(start: u32, i0: u32) -> u32 {
  let end = min(start + params.part_depth, params.k);
  if (params.limits == 0u) { return end; }
  let wanted = max(extent[0], params.limit_start) - params.limit_start;
  if (params.limits == 1u) { return select(start, end, i0 < wanted); }
  return min(end, wanted);
}
