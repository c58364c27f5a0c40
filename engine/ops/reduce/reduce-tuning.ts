/** Reductions by measurement: how many lanes share an output. */
import { sizeClass } from '../../tune/tunable';
import type { Tuner } from '../../tune/tuner';
import { fill } from '../elementwise/fill';
import { type Fold, foldPiece, type Piece, reduction } from './reduce-kernels';

/** Powers of four, as the kernels want them. */
const WIDTHS = [1, 4, 16, 64, 256];

/** The lanes for reductions like this one, measured on ones; `lanes` is the cost model's choice. */
export function tunedLanes(tuner: Tuner, { outer, n, inner }: Piece, how: Fold, lanes: number): number {
  // A lane takes four rows, or four columns, at a time.
  const widths = [lanes, ...WIDTHS.filter((width) => width !== lanes && width <= Math.max(1, n / 4))];
  const variants = new Map(widths.map((width) => [`${width} lanes`, width]));
  return tuner.choose(reduction, `${sizeClass(outer, n, inner)} ${how.dtype}`, variants, () => {
    const [x, y] = [fill([outer, n, inner], 1, how.dtype), fill([outer, inner], 0, how.dtype)];
    return {
      run: (width) => foldPiece(x, y, { outer, n, inner, from: 0, to: 0, row: 0 }, how, false, width),
      dispose: () => [x, y].forEach((operand) => operand.dispose()),
    };
  });
}
