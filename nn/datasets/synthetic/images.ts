/** A set of drawn images: balanced classes in random order, each image worn by noise. */
import { HostArray } from '../../../engine/tensor/host-array';
import { Canvas, SIDE } from './canvas';
import { Random } from './random';

export { SIDE };

/** Draws one random image of class `label`. */
export type Draw = (canvas: Canvas, label: number, random: Random) => void;

const CLASSES = 10;

/** `count` images u8 [count, 28, 28] and labels u8 [count]; the same for the same arguments on every machine. */
export function generateImages(draw: Draw, seed: number, count: number): [x: HostArray, y: HostArray] {
  const labels = shuffledLabels(new Random(seed), count, CLASSES);
  const images = new Uint8Array(count * SIDE * SIDE);
  const canvas = new Canvas();
  for (let i = 0; i < count; i++) {
    const random = new Random(seed, i + 1);
    draw(canvas, labels[i], random);
    expose(canvas.pixels, images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE), random);
  }
  return [new HostArray(images, [count, SIDE, SIDE]), new HostArray(labels, [count])];
}

/** As many of each class as can be, in random order (Fisher–Yates). */
export function shuffledLabels(random: Random, count: number, classes: number): Uint8Array {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [labels[i], labels[j]] = [labels[j], labels[i]];
  }
  return labels;
}

/** Brightness to bytes, with grain where there is ink and a few specks where there is none. */
function expose(pixels: Float64Array, out: Uint8Array, random: Random): void {
  const grain = random.between(10, 60) / 256;
  const specks = random.between(0, 10);
  for (let at = 0; at < out.length; at++) {
    const bits = random.bits();
    const [a, b, speck] = [bits & 0xff, (bits >>> 8) & 0xff, bits >>> 16];
    const noise = (a + b - 255) * grain; // triangular around zero
    const ink = 255 * pixels[at];
    const value = ink > 2 ? ink + noise : speck < specks * 64 ? a : 0;
    out[at] = Math.min(Math.max(Math.floor(value + 0.5), 0), 255);
  }
}
