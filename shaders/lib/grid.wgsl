// The index of a workgroup in a count that was folded into x and y to stay under the device's limit.
fn flat_group(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
