/** Reductions over rows, over columns and over everything. */
import { argMax, max, mean, softmax, sum } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import type { TypedArray } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, randomArray } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

const [ROWS, COLUMNS] = [4096, 512];

/** `reference` gives some first elements of the result. */
function benchmark(name: string, results: number, fn: (x: Tensor) => Tensor, reference: (x: TypedArray) => ArrayLike<number>): KernelBenchmark {
  return {
    name: `reduce ${name}, ${ROWS} × ${COLUMNS}`,
    flops: ROWS * COLUMNS,
    bytes: 4 * (ROWS * COLUMNS + results),
    setUp(): Trial {
      const array = randomArray([ROWS, COLUMNS], 1);
      const x = tensor(array);
      const run = replayed(() => [fn(x)]);
      const want = reference(array.data);
      return { run, check: ([y]) => expectClose(name, y, want, 1e-5), dispose: () => (run.dispose(), x.dispose()) };
    },
  };
}

const row = (x: TypedArray, i: number): number[] => [...x.subarray(i * COLUMNS, (i + 1) * COLUMNS)];
const total = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
/** Of the first ten rows. */
const rows = (fn: (row: number[]) => number) => (x: TypedArray): number[] => Array.from({ length: 10 }, (_, i) => fn(row(x, i)));

export const reduce: readonly KernelBenchmark[] = [
  benchmark('sum of rows', ROWS, (x) => sum(x, 1), rows(total)),
  benchmark('sum of columns', COLUMNS, (x) => sum(x, 0), (x) => [0, 1, 2].map((j) => total(x.filter((_, i) => i % COLUMNS === j)))),
  benchmark('mean of all', 1, (x) => mean(x), (x) => [total(x) / x.length]),
  benchmark('max of rows', ROWS, (x) => max(x, 1), rows((values) => Math.max(...values))),
  benchmark('argMax of rows', ROWS, (x) => argMax(x, 1), rows((values) => values.indexOf(Math.max(...values)))),
  {
    ...benchmark('softmax of rows', ROWS * COLUMNS, (x) => softmax(x), (x) => {
      const exps = row(x, 0).map(Math.exp);
      return exps.map((value) => value / total(exps));
    }),
  },
];
