/** Texts to vectors: bags of ids of ragged lengths, beside ids padded to the longest text, gathered, masked and averaged. */
import { GradientTape } from '../../engine/autodiff/grad';
import { packBags } from '../../engine/ops/embedding/bags';
import { composedEmbeddingBag, embeddingBag } from '../../engine/ops/embedding/embedding-bag';
import { compileStep } from '../../engine/step/compile-step';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, random, randomArray, uniform } from '../operands';
import type { KernelBenchmark, Trial } from './benchmark';

const ROWS = 20_000;
/** Words of a film review: log-normal about this median, 230 on average. */
const [MEDIAN, SPREAD, LONGEST] = [174, 0.75, 1000];

interface Case {
  readonly batch: number;
  readonly width: number;
  readonly gradient: boolean;
}

const cases: readonly Case[] = [
  { batch: 128, width: 50, gradient: false },
  { batch: 128, width: 50, gradient: true },
  { batch: 128, width: 20, gradient: true },
  { batch: 512, width: 50, gradient: true },
];

export const textEmbedding: readonly KernelBenchmark[] = cases.map((one) => {
  const { batch, width, gradient } = one;
  const bags = reviews(batch);
  const words = bags.reduce((sum, { length }) => sum + length, 0);
  const distinct = new Set(bags.flatMap((ids) => [...ids])).size;
  return {
    name: `text-embedding ${batch} texts × ${width}${gradient ? ', gradient' : ''}`,
    flops: words * width * (gradient ? 2 : 1),
    bytes: 4 * (words + (distinct * width + batch * width) * (gradient ? 2 : 1)),
    large: batch > 128,
    setUp: () => trialOf(bags, one),
  };
});

function trialOf(bags: readonly Int32Array[], { batch, width, gradient }: Case): Trial {
  const values = randomArray([ROWS, width], 1);
  const weights = randomArray([batch, width], 2);
  const [table, weight] = [random([ROWS, width], 1), random([batch, width], 2)];
  const step = (lookUp: (...ids: Tensor[]) => Tensor) =>
    compileStep((...ids: Tensor[]): readonly Tensor[] => {
      if (!gradient) return [lookUp(...ids)];
      const tape = new GradientTape();
      tape.watch(table);
      const y = tape.record(() => lookUp(...ids));
      return [y, tape.gradient(y, [table], weight)[0]!];
    });
  const fused = step((ids) => embeddingBag(table, ids, 'sqrtn'));
  const plain = step((ids, counts) => composedEmbeddingBag(table, ids, counts, 'sqrtn'));
  const [packed, padded] = [packBags(bags), pad(bags)];
  const counts = HostArray.from(bags.map(({ length }) => length), 'i32');
  return {
    run: () => fused(packed),
    naive: () => plain(padded, counts),
    check([y, dTable]) {
      const expected = reference(bags, values, weights);
      expectClose('y', y, expected.y, 1e-5);
      if (gradient) expectClose('gradient', dTable, expected.dTable, 1e-5);
    },
    dispose() {
      for (const one of [fused, plain, table, weight]) one.dispose();
    },
  };
}

/** Bags of words whose frequencies fall off as Zipf has it. */
function reviews(batch: number): Int32Array[] {
  const next = uniform(5);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return Array.from({ length: batch }, () => {
    const length = Math.min(LONGEST, Math.max(1, Math.round(MEDIAN * Math.exp(SPREAD * normal()))));
    return Int32Array.from({ length }, () => Math.floor(ROWS ** next()) - 1);
  });
}

function pad(bags: readonly Int32Array[]): HostArray {
  const time = Math.max(...bags.map(({ length }) => length));
  const padded = new Int32Array(bags.length * time);
  bags.forEach((ids, b) => padded.set(ids, b * time));
  return new HostArray(padded, [bags.length, time]);
}

function reference(bags: readonly Int32Array[], table: HostArray, weights: HostArray): { y: Float64Array; dTable: Float64Array } {
  const [, width] = table.shape;
  const [y, dTable] = [new Float64Array(weights.size), new Float64Array(table.size)];
  bags.forEach((ids, b) => {
    for (const id of ids) {
      for (let c = 0; c < width; c++) {
        y[b * width + c] += table.data[id * width + c] / Math.sqrt(ids.length);
        dTable[id * width + c] += weights.data[b * width + c] / Math.sqrt(ids.length);
      }
    }
  });
  return { y, dTable };
}
