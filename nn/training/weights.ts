/** How much each sample counts in the loss. */
import { ShapeError, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sizeOf } from '../../engine/tensor/shape';
import { type ArrayData, type ArrayLike, toHostArray } from './arrays';

/** A weight for each class; classes left out count 1. */
export type ClassWeight = Readonly<Record<number, number>>;

interface Weighting {
  readonly sampleWeight?: ArrayLike;
  readonly classWeight?: ClassWeight;
}

/** One weight per sample, or `null` where all count alike. */
export function sampleWeights({ length, y }: Pick<ArrayData, 'length' | 'y'>, { sampleWeight, classWeight }: Weighting): HostArray | null {
  if (sampleWeight && classWeight) throw new ValueError('fit: sampleWeight and classWeight exclude each other; multiply them into sampleWeight.');
  if (classWeight) return classesOf(y!).map((label) => classWeight[label] ?? 1);
  if (!sampleWeight) return null;
  const weights = toHostArray(sampleWeight, 'sampleWeight', 'fit');
  if (weights.shape.length !== 1 || weights.length !== length) {
    throw new ShapeError(`fit: sampleWeight has shape ${formatShape(weights.shape)}; expected [${length}], one number per sample.`);
  }
  return weights;
}

/** The class of each sample: the label itself, or where a one-hot label is largest. */
function classesOf(y: HostArray): HostArray {
  const width = sizeOf(y.shape.slice(1));
  if (width === 1) return y.reshape([-1]);
  const classes = Int32Array.from({ length: y.length }, (_, i) => {
    const row = y.data.subarray(i * width, (i + 1) * width);
    return row.indexOf(Math.max(...row));
  });
  return new HostArray(classes, [y.length]);
}
