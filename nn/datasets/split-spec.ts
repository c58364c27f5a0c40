/** Split expressions of TensorFlow Datasets: https://www.tensorflow.org/datasets/splits */
import { unknownName, ValueError } from '../../engine/errors';

/** Rows `from` to `to` (excluded) of a split. */
export interface SplitPart<Name extends string> {
  readonly split: Name;
  rows(length: number): [from: number, to: number];
}

/**
 * The parts of an expression: `train`, `train[:60%]`, `test[-500:]`, `train[10%:20%]`, `train[100:]+test`. Bounds are rows,
 * or percents if either has the sign; negative ones count from the end.
 */
export function parseSplit<Name extends string>(expression: string, names: readonly Name[]): SplitPart<Name>[] {
  return expression.split('+').map((part) => {
    const match = /^\s*(\w+)(?:\[(-?\d+)?(%)?:(-?\d+)?(%)?\])?\s*$/.exec(part);
    if (!match) throw malformed(expression);
    const [whole, name, from, fromPercent, to, toPercent] = match;
    if (!(names as readonly string[]).includes(name)) throw unknownName('split', name, names);
    if ((fromPercent && from === undefined) || (toPercent && to === undefined) || whole.includes('[:]')) throw malformed(expression);
    const percent = Boolean(fromPercent ?? toPercent);
    return { split: name as Name, rows: (length) => rowsOf(expression, length, percent, from, to) };
  });
}

function rowsOf(expression: string, length: number, percent: boolean, from?: string, to?: string): [number, number] {
  const place = (bound: string | undefined, open: number): number => {
    if (bound === undefined) return open;
    const at = percent ? Math.round((Number(bound) * length) / 100) : Number(bound);
    if (Math.abs(at) > length) throw new ValueError(`Split "${expression}": ${bound}${percent ? '%' : ''} lies outside of ${length} examples.`);
    return at < 0 ? at + length : at;
  };
  const [first, end] = [place(from, 0), place(to, length)];
  if (first >= end) throw new ValueError(`Split "${expression}" holds no examples (rows ${first} to ${end} of ${length}).`);
  return [first, end];
}

function malformed(expression: string): ValueError {
  return new ValueError(`Split "${expression}" is not understood; expected such as "train", "train[:60%]", "test[-500:]", "train[100:200]+test".`);
}
