/**
 * A 28×28 grey canvas for polygons and strokes, with soft edges. Only + − × ÷ and square root are used, which
 * IEEE 754 rounds exactly, so that every machine draws the same bytes.
 */
export const SIDE = 28;

export type Point = readonly [x: number, y: number];

/** Brightness at a pixel, 0 to 1. */
export type Shade = (x: number, y: number) => number;

/** How the drawing, in units of -1 to 1 (y down), lies on the canvas. */
export interface Pose {
  /** Tangent of half the angle of rotation. */
  turn: number;
  /** Sideways shift per unit of height. */
  slant: number;
  scale: Point;
  /** In pixels. */
  shift: Point;
}

const ROWS_PER_PIXEL = 4;

export class Canvas {
  /** Brightness, row by row. */
  readonly pixels = new Float64Array(SIDE * SIDE);
  private readonly coverage = new Float64Array(SIDE * SIDE);
  private matrix = [1, 0, 0, 0, 1, 0];

  /** An empty canvas for a drawing in `pose`. */
  start({ turn, slant, scale: [sx, sy], shift: [dx, dy] }: Pose): void {
    this.pixels.fill(0);
    // The rational form of cosine and sine needs no transcendental function.
    const cos = (1 - turn * turn) / (1 + turn * turn);
    const sin = (2 * turn) / (1 + turn * turn);
    const half = SIDE / 2;
    const [a, b, d, e] = [cos * sx, (cos * slant - sin) * sy, sin * sx, (sin * slant + cos) * sy];
    this.matrix = [a * half, b * half, half + dx, d * half, e * half, half + dy];
  }

  /** Fills a polygon (even-odd rule). */
  polygon(points: readonly Point[], shade: Shade): void {
    const corners = points.map((point) => this.place(point));
    const top = Math.max(0, Math.floor(Math.min(...corners.map(([, y]) => y))));
    const bottom = Math.min(SIDE, Math.ceil(Math.max(...corners.map(([, y]) => y))));
    for (let line = top * ROWS_PER_PIXEL; line < bottom * ROWS_PER_PIXEL; line++) {
      const y = (line + 0.5) / ROWS_PER_PIXEL;
      const row = Math.floor(y) * SIDE;
      const crossings = crossingsAt(corners, y);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const [from, to] = [Math.max(crossings[i], 0), Math.min(crossings[i + 1], SIDE)];
        for (let x = Math.floor(from); x < to; x++) {
          this.coverage[row + x] += (Math.min(to, x + 1) - Math.max(from, x)) / ROWS_PER_PIXEL;
        }
      }
    }
    this.paint(shade, top, bottom);
  }

  /** Draws a line through `points`, `width` pixels wide, with round ends. */
  stroke(points: readonly Point[], width: number, shade: Shade): void {
    const reach = width / 2 + 0.5;
    let [ax, ay] = this.place(points[0]);
    let [first, last] = [SIDE, 0];
    for (const point of points.slice(1)) {
      const [bx, by] = this.place(point);
      const [ux, uy] = [bx - ax, by - ay];
      const length2 = Math.max(ux * ux + uy * uy, 1e-9);
      const [left, right] = span(ax, bx, reach);
      const [top, bottom] = span(ay, by, reach);
      [first, last] = [Math.min(first, top), Math.max(last, bottom)];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          // Distance from the pixel's centre to the segment.
          const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
          const t = Math.min(Math.max((px * ux + py * uy) / length2, 0), 1);
          const [qx, qy] = [px - t * ux, py - t * uy];
          const covered = Math.min(reach - Math.sqrt(qx * qx + qy * qy), 1);
          const at = y * SIDE + x;
          if (covered > this.coverage[at]) this.coverage[at] = covered;
        }
      }
      [ax, ay] = [bx, by];
    }
    this.paint(shade, first, last);
  }

  private place([x, y]: Point): Point {
    const m = this.matrix;
    return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
  }

  /** Lays `shade` over rows `top` to `bottom` as densely as the last shape covers each pixel, and forgets the shape. */
  private paint(shade: Shade, top: number, bottom: number): void {
    for (let at = top * SIDE; at < bottom * SIDE; at++) {
      const covered = this.coverage[at];
      if (covered === 0) continue;
      this.pixels[at] += covered * (shade(at % SIDE, Math.floor(at / SIDE)) - this.pixels[at]);
      this.coverage[at] = 0;
    }
  }
}

/** Where the outline crosses the height `y`, from left to right. */
function crossingsAt(corners: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  let [ax, ay] = corners[corners.length - 1];
  for (const [bx, by] of corners) {
    if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    [ax, ay] = [bx, by];
  }
  return crossings.sort((a, b) => a - b);
}

/** The pixels within `reach` of the stretch from `a` to `b`. */
function span(a: number, b: number, reach: number): [from: number, to: number] {
  return [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(SIDE, Math.ceil(Math.max(a, b) + reach))];
}
