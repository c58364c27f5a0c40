/** Garments cut from a few polygons and seams, in the classes of Fashion-MNIST. */
import type { Canvas, Point, Shade } from './canvas';
import type { Random } from './random';
import { cloth, tinted } from './texture';

type Cut = (canvas: Canvas, random: Random, shade: Shade) => void;

/** By label: T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot. */
const cuts: readonly Cut[] = [tShirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, boot];

export function drawGarment(canvas: Canvas, label: number, random: Random): void {
  const mirrored = random.chance(0.2) ? -1 : 1;
  const size = random.between(0.78, 1);
  canvas.start({
    turn: random.between(-0.07, 0.07),
    slant: random.between(-0.12, 0.12),
    scale: [mirrored * size * random.between(0.88, 1.08), size * random.between(0.9, 1)],
    shift: [random.between(-1.8, 1.8), random.between(-1.8, 1.8)],
  });
  cuts[label](canvas, random, cloth(random, random.between(0.35, 1)));
  // A label, a fold or somebody's hand before the lens.
  if (random.chance(0.25)) hide(canvas, random);
}

interface Top {
  /** Half widths at shoulder, waist and hem, and the height of the hem (-1 is the shoulder). */
  shoulder: number;
  waist: number;
  hem: number;
  end: number;
  /** Length of the sleeves, from 0 (none) to 1 (to the wrist), and how far they stand off. */
  sleeve: number;
  spread: number;
  neck: number;
}

/** Sleeves, then the body over them, then the neckline. */
function top(canvas: Canvas, shade: Shade, { shoulder, waist, hem, end, sleeve, spread, neck }: Top): void {
  const [shoulderY, armpitY] = [-0.82, -0.4];
  if (sleeve > 0) {
    const [wristX, wristY] = [shoulder + spread * sleeve, shoulderY + 0.15 + 1.35 * sleeve];
    const dark = tinted(shade, 0.85);
    for (const side of [-1, 1]) {
      canvas.polygon([
        [side * (shoulder - 0.1), shoulderY],
        [side * (wristX + 0.12), wristY],
        [side * (wristX - 0.14), wristY + 0.08],
        [side * (shoulder - 0.14), armpitY + 0.1],
      ], dark);
    }
  }
  canvas.polygon([
    [-neck, -0.9], [neck, -0.9], [shoulder, shoulderY], [shoulder * 0.95, armpitY], [waist, 0.1], [hem, end],
    [-hem, end], [-waist, 0.1], [-shoulder * 0.95, armpitY], [-shoulder, shoulderY],
  ], shade);
}

function tShirt(canvas: Canvas, random: Random, shade: Shade): void {
  const neck = random.between(0.15, 0.3);
  const width = random.between(0.42, 0.55);
  top(canvas, shade, {
    shoulder: width,
    waist: width * random.between(0.85, 1.02),
    hem: width * random.between(0.9, 1.1),
    end: random.between(0.5, 0.9),
    sleeve: random.between(0.05, 0.4),
    spread: random.between(0.4, 1),
    neck,
  });
  neckline(canvas, random, neck);
}

function shirt(canvas: Canvas, random: Random, shade: Shade): void {
  const neck = random.between(0.12, 0.25);
  const width = random.between(0.42, 0.55);
  top(canvas, shade, {
    shoulder: width,
    waist: width * random.between(0.82, 1),
    hem: width * random.between(0.9, 1.1),
    end: random.between(0.55, 0.95),
    sleeve: random.chance(0.35) ? random.between(0.15, 0.4) : random.between(0.75, 1),
    spread: random.between(0.2, 0.5),
    neck,
  });
  const seam = tinted(shade, random.between(0.4, 0.75));
  canvas.stroke([[0, -0.6], [0, 0.8]], random.between(0.6, 1.1), seam);
  for (const side of [-1, 1]) canvas.stroke([[side * neck, -0.9], [0, -0.55]], 1, seam);
}

function pullover(canvas: Canvas, random: Random, shade: Shade): void {
  const neck = random.between(0.12, 0.25);
  const width = random.between(0.44, 0.58);
  top(canvas, shade, {
    shoulder: width,
    waist: width * random.between(0.9, 1.05),
    hem: width * random.between(0.85, 1.05),
    end: random.between(0.55, 0.9),
    sleeve: random.between(0.75, 1),
    spread: random.between(0.2, 0.5),
    neck,
  });
  neckline(canvas, random, neck);
  const hem = random.between(0.5, 0.75);
  if (random.chance(0.5)) canvas.stroke([[-width, hem], [width, hem]], 1, tinted(shade, 0.7));
}

function coat(canvas: Canvas, random: Random, shade: Shade): void {
  const width = random.between(0.42, 0.56);
  const end = random.between(0.7, 1);
  top(canvas, shade, {
    shoulder: width,
    waist: width * random.between(0.8, 1),
    hem: width * random.between(0.95, 1.25),
    end,
    sleeve: random.between(0.75, 1),
    spread: random.between(0.2, 0.5),
    neck: random.between(0.1, 0.25),
  });
  const opening = random.between(-0.12, 0.12);
  canvas.stroke([[opening, -0.85], [opening, end]], random.between(1, 2), tinted(shade, random.between(0, 0.5)));
  for (const side of [-1, 1]) {
    if (random.chance(0.6)) canvas.stroke([[side * 0.18, 0.3], [side * 0.36, 0.25]], 1, tinted(shade, 0.5));
  }
}

function dress(canvas: Canvas, random: Random, shade: Shade): void {
  const width = random.between(0.24, 0.4);
  top(canvas, shade, {
    shoulder: width,
    waist: width * random.between(0.65, 0.95),
    hem: width * random.between(0.9, 1.9),
    end: random.between(0.8, 1.02),
    sleeve: random.chance(0.5) ? 0 : random.between(0.1, 0.9),
    spread: random.between(0.2, 0.5),
    neck: width * random.between(0.4, 0.8),
  });
  if (random.chance(0.3)) canvas.stroke([[-width, 0.05], [width, 0.05]], 1.2, tinted(shade, 0.5));
}

function trouser(canvas: Canvas, random: Random, shade: Shade): void {
  const waist = random.between(0.25, 0.4);
  const hip = waist + random.between(0, 0.1);
  const crotch = random.between(-0.45, -0.1);
  const end = random.between(0.65, 1);
  const [inner, outer] = [random.between(0.02, 0.22), random.between(0.25, 0.45)];
  canvas.polygon([
    [-waist, -0.95], [waist, -0.95], [hip, crotch], [outer, end], [inner, end], [0.01, crotch],
    [-0.01, crotch], [-inner, end], [-outer, end], [-hip, crotch],
  ], shade);
}

function sneaker(canvas: Canvas, random: Random, shade: Shade): void {
  const collar = random.between(-0.4, -0.1);
  shoe(canvas, shade, random, collar);
  for (let x = -0.1; x < 0.35; x += 0.16) canvas.stroke([[x - 0.05, collar + 0.22], [x + 0.08, 0.05]], 0.8, tinted(shade, 0.4));
}

function boot(canvas: Canvas, random: Random, shade: Shade): void {
  shoe(canvas, shade, random, random.between(-0.95, -0.35));
  if (random.chance(0.4)) canvas.polygon([[-0.9, 0.4], [-0.5, 0.4], [-0.55, 0.75], [-0.85, 0.75]], tinted(shade, 0.6));
}

/** Toe to the right; `collar` is the height of the opening. */
function shoe(canvas: Canvas, shade: Shade, random: Random, collar: number): void {
  const [heel, toe] = [random.between(-0.95, -0.8), random.between(0.8, 0.98)];
  const sole = random.between(0.32, 0.45);
  const instep = random.between(-0.25, 0.1);
  canvas.polygon([
    [heel, collar], [instep, collar], [instep + 0.15, Math.max(collar + 0.15, -0.15)], [0.5, 0.02], [toe, 0.15], [toe, sole], [heel, sole],
  ], shade);
  canvas.polygon([[heel, sole], [toe, sole], [toe - 0.05, sole + 0.12], [heel + 0.02, sole + 0.12]], tinted(shade, random.between(0.3, 1.2)));
}

function sandal(canvas: Canvas, random: Random, shade: Shade): void {
  const heel = random.between(0.1, 0.45);
  const lift = random.chance(0.5) ? random.between(0, 0.5) : 0;
  const sole: Point[] = [[-0.9, heel - lift], [-0.2, heel + 0.05 - lift / 2], [0.3, 0.45], [0.95, 0.45]];
  canvas.stroke(sole, random.between(1.5, 3), shade);
  if (lift > 0.2) canvas.stroke([[-0.85, heel - lift], [-0.8, 0.5]], 1.4, shade);
  const width = random.between(0.9, 2);
  for (let straps = 2 + random.below(3); straps > 0; straps--) {
    const from = random.between(-0.9, 0.7);
    const height = random.between(0.3, 0.75);
    canvas.stroke([[from, 0.4 - lift / 2], [from + 0.12, 0.4 - height], [from + random.between(0.2, 0.5), 0.42]], width, shade);
  }
}

function bag(canvas: Canvas, random: Random, shade: Shade): void {
  const [width, bottom] = [random.between(0.55, 0.95), random.between(0.45, 0.9)];
  const [mouth, brim] = [width * random.between(0.7, 1), random.between(-0.45, 0)];
  const grip = random.between(0.2, 0.7) * mouth;
  const rise = brim - random.between(0.1, 0.55);
  if (random.chance(0.8)) canvas.stroke([[-grip, brim], [-grip * 0.8, rise], [grip * 0.8, rise], [grip, brim]], random.between(1, 2.2), shade);
  canvas.polygon([[-mouth, brim], [mouth, brim], [width, bottom], [-width, bottom]], shade);
  if (random.chance(0.5)) canvas.stroke([[-mouth, brim + 0.25], [mouth, brim + 0.25]], 1, tinted(shade, 0.5));
}

/** The opening at the neck, round or pointed. */
function neckline(canvas: Canvas, random: Random, neck: number): void {
  const depth = random.between(0.08, 0.3);
  const bend = random.between(0, neck);
  canvas.polygon([[-neck, -0.95], [neck, -0.95], [bend, depth - 0.9], [-bend, depth - 0.9]], () => 0);
}

/** A dark or bright patch somewhere over the drawing. */
function hide(canvas: Canvas, random: Random): void {
  const [x, y] = [random.between(-0.8, 0.8), random.between(-0.8, 0.8)];
  const [w, h] = [random.between(0.1, 0.3), random.between(0.1, 0.3)];
  const brightness = random.chance(0.7) ? 0 : random.between(0.3, 1);
  canvas.polygon([[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h]], () => brightness);
}
