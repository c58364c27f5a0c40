/** Digits as a hand writes them: a few strokes with random pen, slant and shake. */
import type { Canvas, Point } from './canvas';
import type { Random } from './random';

type Stroke = readonly Point[];

/**
 * The ways to write each digit, as control points of quadratic B-splines in units of -1 to 1 (y down); a point
 * given twice makes a corner.
 */
const skeletons: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [[[0, -0.9], [-0.45, -0.9], [-0.65, 0], [-0.45, 0.9], [0, 0.95], [0.45, 0.9], [0.65, 0], [0.45, -0.9], [0, -0.9]]],
    [[[0.3, -0.75], [-0.5, -1.1], [-0.75, 0.8], [0, 1], [0.75, 0.8], [0.6, -0.9], [0.1, -0.85]]],
  ],
  [
    [[[0, -0.9], [0, 0.9]]],
    [[[-0.35, -0.5], [0.05, -0.9], [0.05, -0.9], [0.05, 0.9]]],
    [[[-0.35, -0.55], [0, -0.9], [0, -0.9], [0, 0.9]], [[-0.4, 0.9], [0.4, 0.9]]],
  ],
  [
    [[[-0.5, -0.5], [-0.5, -1.05], [0.6, -1], [0.6, -0.2], [-0.1, 0.3], [-0.55, 0.85], [-0.55, 0.85], [0.6, 0.85]]],
    [[[-0.5, -0.55], [-0.4, -1.05], [0.6, -0.95], [0.5, 0], [-0.1, 0.9], [-0.8, 0.85], [-0.5, 0.4], [0, 0.7], [0.6, 0.85]]],
  ],
  [
    [[[-0.5, -0.75], [0, -1.1], [0.65, -0.75], [0.5, -0.1], [-0.05, -0.05], [-0.05, -0.05], [0.7, 0], [0.7, 0.85], [0, 1.05], [-0.55, 0.7]]],
    [[[-0.5, -0.85], [0.55, -0.85], [0.55, -0.85], [0, -0.15], [0, -0.15], [0.7, -0.1], [0.7, 0.85], [0, 1.05], [-0.55, 0.7]]],
  ],
  [
    [[[-0.4, -0.85], [-0.6, 0.15], [-0.6, 0.15], [0.6, 0.1]], [[0.35, -0.85], [0.3, 0.9]]],
    [[[0.2, -0.9], [-0.6, 0.3], [-0.6, 0.3], [0.65, 0.3]], [[0.2, -0.9], [0.2, 0.9]]],
    [[[-0.4, -0.8], [-0.6, 0.2], [0.3, 0.25], [0.4, -0.85], [0.4, -0.85], [0.25, 0.9]]],
  ],
  [
    [[[0.55, -0.85], [-0.4, -0.85], [-0.4, -0.85], [-0.5, -0.05], [-0.5, -0.05], [0.1, -0.35], [0.75, 0], [0.65, 0.95], [-0.1, 1], [-0.55, 0.7]]],
    [[[0.5, -0.8], [-0.3, -0.85], [-0.3, -0.85], [-0.4, -0.2], [0.5, -0.15], [0.6, 0.9], [-0.1, 1], [-0.55, 0.75]]],
  ],
  [
    [[[0.4, -0.9], [-0.3, -0.75], [-0.65, 0.2], [-0.55, 1], [0.5, 1.05], [0.65, 0.1], [-0.1, -0.15], [-0.5, 0.5]]],
    [[[0.1, -0.9], [-0.45, -0.1], [-0.5, 0.9], [0.2, 1], [0.55, 0.6], [0.3, 0.1], [-0.4, 0.45]]],
  ],
  [
    [[[-0.55, -0.8], [0.6, -0.85], [0.6, -0.85], [0.1, 0], [-0.15, 0.9]]],
    [[[-0.5, -0.8], [0.55, -0.85], [0.55, -0.85], [-0.2, 0.9]], [[-0.3, 0], [0.45, 0]]],
    [[[-0.55, -0.45], [-0.55, -0.85], [-0.55, -0.85], [0.6, -0.8], [0.6, -0.8], [0, 0.9]]],
  ],
  [
    [
      [[0, -0.05], [-0.65, -0.15], [-0.5, -0.95], [0, -0.95], [0.5, -0.95], [0.65, -0.15], [0, -0.05]],
      [[0, -0.05], [-0.75, 0.1], [-0.6, 0.95], [0, 0.95], [0.6, 0.95], [0.75, 0.1], [0, -0.05]],
    ],
    [[[0.45, -0.75], [-0.1, -1.1], [-0.65, -0.6], [0, -0.05], [0.75, 0.4], [0.3, 1.05], [-0.6, 0.9], [-0.5, 0.3], [0.2, -0.2], [0.45, -0.75]]],
  ],
  [
    [[[0.45, -0.5], [0.3, -1], [-0.6, -1], [-0.6, -0.05], [0.3, 0], [0.45, -0.5], [0.45, -0.5], [0.45, 0.1], [0.3, 0.9]]],
    [[[0.45, -0.5], [0.2, -1.05], [-0.6, -0.9], [-0.5, 0], [0.3, 0], [0.45, -0.6], [0.45, -0.6], [0.6, 0.9], [0, 1], [-0.45, 0.75]]],
  ],
];

export function drawDigit(canvas: Canvas, label: number, random: Random): void {
  canvas.start({
    turn: random.between(-0.18, 0.18),
    slant: random.between(-0.5, 0.25),
    scale: [random.between(0.45, 0.85), random.between(0.55, 0.85)],
    shift: [random.between(-2.3, 2.3), random.between(-2, 2)],
  });
  const width = random.between(1.2, 3.4);
  const ink = random.between(0.75, 1.1);
  const shake = random.between(0.05, 0.18);
  for (const stroke of random.pick(skeletons[label])) {
    const shaken = stroke.map(([x, y]): Point => [x + random.between(-shake, shake), y + random.between(-shake, shake)]);
    canvas.stroke(smooth(smooth(shaken)), width, () => ink);
  }
  // A slip of the pen, and a place where it ran dry.
  if (random.chance(0.15)) canvas.stroke([anywhere(random), anywhere(random)], random.between(0.6, 1.2), () => ink / 2);
  if (random.chance(0.3)) canvas.stroke([anywhere(random), anywhere(random)], random.between(1, 2.5), () => 0);
}

/** One round of Chaikin's corner cutting, which tends to the quadratic B-spline; the ends stay. */
function smooth(points: Stroke): Point[] {
  const last = points.length - 1;
  const cut = points.slice(1).flatMap(([bx, by], i): Point[] => {
    const [ax, ay] = points[i];
    return [[(3 * ax + bx) / 4, (3 * ay + by) / 4], [(ax + 3 * bx) / 4, (ay + 3 * by) / 4]];
  });
  return [points[0], ...cut, points[last]];
}

function anywhere(random: Random): Point {
  return [random.between(-1, 1), random.between(-1, 1)];
}
