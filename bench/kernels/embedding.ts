/** Rows by id and sums of rows by id, on real reviews and on uniform random tokens, which hit every row alike. */
import { gather, segmentSum } from '../../engine/ops/embedding/gather';
import { gatherMean } from '../../engine/ops/embedding/gather-mean';
import { tensor } from '../../engine/tensor/create';
import type { HostArray } from '../../engine/tensor/host-array';
import { expectClose, randomArray, randomIds } from '../operands';
import { reviews, WORDS } from '../reviews';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

interface Case {
  readonly name: string;
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  /** Tokens that the host does not know beforehand are searched for, which is slow: only for small cases. */
  readonly search: boolean;
}

const pooled: Case = { name: '512 × 256 tokens, width 16', batch: 512, length: 256, width: 16, search: false };
const recurrent: Case = { name: '32 × 64 tokens, width 256', batch: 32, length: 64, width: 256, search: true };
/** Most of it is padding, one row of the table. */
const padded: Case = { name: '32 × 1024 tokens, width 50, mostly padding', batch: 32, length: 1024, width: 50, search: false };

const tokensOf: Record<string, (one: Case) => Promise<HostArray>> = {
  reviews: async ({ batch, length }) => (await reviews(batch, length)).x,
  random: async ({ batch, length }) => randomIds([batch, length], WORDS, 5),
};

function benchmarks(one: Case, kind: string): KernelBenchmark[] {
  const { batch, length, width } = one;
  const tokens = batch * length;
  const named = (what: string): string => `embedding ${what}, ${one.name}, ${kind}`;
  return [
    { name: named('gather'), flops: 0, bytes: 4 * tokens * (2 * width + 1), setUp: () => setUpGather(one, kind) },
    // Each token's row is added to its sum, and every sum is written.
    { name: named('segment sum'), flops: tokens * width, bytes: 4 * (tokens * (width + 1) + WORDS * width), setUp: () => setUpSum(one, kind) },
  ];
}

async function setUpGather(one: Case, kind: string): Promise<Trial> {
  const { width } = one;
  const ids = await tokensOf[kind](one);
  const table = randomArray([WORDS, width], 1);
  const [rows, indices] = [tensor(table), tensor(ids)];
  const run = replayed(() => [gather(rows, indices)]);
  return {
    run,
    check: ([y]) => expectClose('gather', y, lookedUp(table, ids, width), 0),
    dispose: () => (run.dispose(), rows.dispose(), indices.dispose()),
  };
}

async function setUpSum(one: Case, kind: string): Promise<Trial> {
  const { width, batch, length } = one;
  const ids = await tokensOf[kind](one);
  const x = randomArray([batch, length, width], 2);
  const [rows, known, unknown] = [tensor(x), tensor(ids), tensor(ids)];
  // What was read back once lives on the device alone, and is searched.
  await unknown.data();
  const run = replayed(() => [segmentSum(rows, known, WORDS)]);
  const search = one.search ? replayed(() => [segmentSum(rows, unknown, WORDS)]) : undefined;
  return {
    run,
    naive: search,
    check: ([sums]) => expectClose('segment sum', sums, summed(x, ids, width), 1e-4),
    dispose: () => [run, search, rows, known, unknown].forEach((one) => one?.dispose()),
  };
}

function lookedUp(table: HostArray, ids: HostArray, width: number): Float32Array {
  const y = new Float32Array(ids.size * width);
  for (let i = 0; i < ids.size; i++) y.set(table.data.subarray(ids.data[i] * width, (ids.data[i] + 1) * width), i * width);
  return y;
}

function summed(x: HostArray, ids: HostArray, width: number): Float64Array {
  const sums = new Float64Array(WORDS * width);
  for (let i = 0; i < ids.size; i++) for (let j = 0; j < width; j++) sums[ids.data[i] * width + j] += x.data[i * width + j];
  return sums;
}

const { batch, length, width } = pooled;
const bag: KernelBenchmark = {
  name: `embedding mean of rows, ${pooled.name}, reviews`,
  flops: batch * length * width,
  bytes: 4 * (batch * length * (width + 1) + batch * width),
  async setUp(): Promise<Trial> {
    const ids = await tokensOf.reviews(pooled);
    const table = randomArray([WORDS, width], 1);
    const [rows, indices] = [tensor(table), tensor(ids)];
    const run = replayed(() => [gatherMean(rows, indices)]);
    const want = new Float64Array(batch * width);
    lookedUp(table, ids, width).forEach((value, i) => (want[Math.floor(i / (length * width)) * width + (i % width)] += value / length));
    return { run, check: ([y]) => expectClose('mean of rows', y, want, 1e-5), dispose: () => (run.dispose(), rows.dispose(), indices.dispose()) };
  },
};

export const embedding: readonly KernelBenchmark[] = [
  ...[pooled, recurrent].flatMap((one) => ['reviews', 'random'].flatMap((kind) => benchmarks(one, kind))),
  ...benchmarks(padded, 'reviews'),
  bag,
];
