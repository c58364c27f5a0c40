/** Cloth: how brightness runs over a garment. */
import type { Shade } from './canvas';
import type { Random } from './random';

/** A random plain, shaded, striped or checked cloth around `brightness` (0 to 1). */
export function cloth(random: Random, brightness: number): Shade {
  const contrast = random.between(0.1, 0.5);
  const period = random.between(2.5, 7);
  const phase = random.between(0, period);
  const band = (at: number): number => ((at + phase) % period < period / 2 ? 0 : -contrast);
  const [slopeX, slopeY] = [random.between(-0.012, 0.012), random.between(-0.012, 0.012)];
  const shaded: Shade = (x, y) => brightness + slopeX * (x - 14) + slopeY * (y - 14);
  switch (random.below(6)) {
    case 0:
      return (x, y) => shaded(x, y) + band(x);
    case 1:
      return (x, y) => shaded(x, y) + band(y);
    case 2:
      return (x, y) => shaded(x, y) + (band(x) + band(y)) / 2;
    default:
      return shaded;
  }
}

/** The same cloth, lighter or darker. */
export function tinted(shade: Shade, factor: number): Shade {
  return (x, y) => shade(x, y) * factor;
}
