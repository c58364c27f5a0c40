// Kernels on rows: of matrices [rows, n] and vectors [rows], row-major. Windows of larger ones are bound from a line of
// memory on, so that matrix_base and vector_base elements come before the first row's.
// A row is worked on by one lane where rows are short (LANES 1), by a workgroup of 64 where they are long (LANES 64);
// each lane takes every LANES-th element. What the lanes found is combined in two rounds of eight, in a fixed order.
// All lanes must get here together: those past the last row come with an empty one.
override LANES: u32 = 1u;
const ROW_GROUP = 64u;
// Eight lanes amid the others combine octets: tests on an adapter that runs lanes in order would notice a missing barrier.
const FIRST_ADDER = 24u;

var<workgroup> lane_values: array<f32, 64>;
var<workgroup> octet_values: array<f32, 8>;

fn row_sum(value: f32, lane: u32) -> f32 {
  if (LANES == 1u) { return value; }
  lane_values[lane] = value;
  workgroupBarrier();
  let octet = lane - FIRST_ADDER;
  if (octet < 8u) {
    var sum = 0.0;
    for (var i = octet * 8u; i < octet * 8u + 8u; i++) { sum += lane_values[i]; }
    octet_values[octet] = sum;
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 8u; i++) { sum += octet_values[i]; }
  return sum;
}

fn row_max(value: f32, lane: u32) -> f32 {
  if (LANES == 1u) { return value; }
  lane_values[lane] = value;
  workgroupBarrier();
  let octet = lane - FIRST_ADDER;
  if (octet < 8u) {
    var most = value;
    for (var i = octet * 8u; i < octet * 8u + 8u; i++) { most = max(most, lane_values[i]); }
    octet_values[octet] = most;
  }
  workgroupBarrier();
  var most = value;
  for (var i = 0u; i < 8u; i++) { most = max(most, octet_values[i]); }
  return most;
}
