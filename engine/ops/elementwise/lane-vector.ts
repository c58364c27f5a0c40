/** How many neighbouring elements of a row a lane takes at once, and what a kernel's alias T is then. */
export interface LaneVector {
  readonly unit: 1 | 2 | 4;
  readonly T: 'f32' | 'vec2f' | 'vec4f';
}

/** The widest that rows of `width` elements divide into. */
export function laneVector(width: number): LaneVector {
  if (width % 4 === 0) return { unit: 4, T: 'vec4f' };
  return width % 2 === 0 ? { unit: 2, T: 'vec2f' } : { unit: 1, T: 'f32' };
}
