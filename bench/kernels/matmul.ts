/** Matrix products: the engine's choice beside the naive kernel, both checked before they are timed. */
import type { Gpu } from '../../engine/gpu/gpu';
import { type Gemm, gemm } from '../../engine/ops/gemm';
import { tensor } from '../../engine/tensor/create';
import { empty, type Tensor } from '../../engine/tensor/tensor';
import { measure, type Row } from '../harness';
import { table } from '../table';

interface Case {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** The products of a dense layer [rows, inputs] → units: forward, and the gradients of its kernel and of its input. */
function layer(name: string, rows: number, inputs: number, units: number): Case[] {
  return [
    { name: `${name} forward`, m: rows, n: units, k: inputs },
    { name: `${name} dW`, m: inputs, n: units, k: rows, transposeA: true },
    { name: `${name} dX`, m: rows, n: inputs, k: units, transposeB: true },
  ];
}

const cases: Case[] = [
  ...[256, 512, 1024].map((size) => ({ name: `square ${size}`, m: size, n: size, k: size })),
  { name: 'square 512 A transposed', m: 512, n: 512, k: 512, transposeA: true },
  { name: 'square 512 B transposed', m: 512, n: 512, k: 512, transposeB: true },
  { name: 'square 511', m: 511, n: 511, k: 511 },
  ...layer('784 → 128, batch 32,', 32, 784, 128),
  ...layer('784 → 128, batch 512,', 512, 784, 128),
  ...layer('128 → 10, batch 32,', 32, 128, 10),
  ...layer('128 → 10, batch 512,', 512, 128, 10),
  ...layer('16 → 16, batch 512,', 512, 16, 16),
  ...layer('16 → 1, batch 512,', 512, 16, 1),
  ...layer('256 → 512 (LSTM), 32 × 64 tokens,', 2048, 256, 512),
];

export async function benchMatmul(gpu: Gpu, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const name = `matmul ${one.name}`;
    if (!name.includes(filter)) continue;
    try {
      rows.push({ suite: 'kernels', name, ...(await benchCase(gpu, one)) });
    } catch (error) {
      rows.push({ suite: 'kernels', name, error: String(error) });
    }
  }
  return rows;
}

async function benchCase(gpu: Gpu, { name: _, transposeA = false, transposeB = false, ...sizes }: Case) {
  const { m, n, k } = sizes;
  const a = random(m * k, 1);
  const b = random(k * n, 2);
  const c = empty([m, n]);
  const call: Gemm = { batch: 1, ...sizes, transposeA, transposeB, a: tensor(a), b: tensor(b), c };
  const gflops = (ms: number): number => (2e-6 * m * n * k) / ms;

  gemm({ ...call, variant: 'naive' });
  await check(call, a, b, c);
  const naive = await measure(gpu, () => gemm({ ...call, variant: 'naive' }), 0.1);
  gemm({ ...call, c: call.c });
  const start = performance.now();
  await gpu.throttle();
  const firstMs = performance.now() - start;
  await check(call, a, b, c);
  const timing = await measure(gpu, () => gemm(call));
  for (const operand of [call.a, call.b, c] as Tensor[]) operand.dispose();
  return { ...sizes, transposeA, transposeB, ...timing, firstMs, gflops: gflops(timing.medianMs), naiveGflops: gflops(naive.medianMs) };
}

/** Some elements against sums in double precision, within what k roundings may cost. */
async function check({ m, n, k, transposeA, transposeB }: Gemm, a: Float32Array, b: Float32Array, c: Tensor): Promise<void> {
  const got = await c.data();
  const pick = uniform(3);
  for (let s = 0; s < 200; s++) {
    const i = Math.floor(pick() * m);
    const j = Math.floor(pick() * n);
    let want = 0;
    for (let l = 0; l < k; l++) want += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
    const error = Math.abs(got[i * n + j] - want);
    if (!(error <= 2 ** -23 * (k + 4))) throw new Error(`wrong at [${i}, ${j}]: ${got[i * n + j]}, expected ${want}`);
  }
}

function random(length: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length }, () => 2 * next() - 1);
}

/** A linear congruential generator: the same operands in every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

export function matmulTable(rows: readonly Row[]): string {
  const fixed = (value: unknown, digits: number): string => (value as number).toFixed(digits);
  return table(
    ['matrix product', 'm × n × k', 'naive GFLOP/s', 'GFLOP/s', 'ms', 'least ms', 'CPU ms', 'first ms'],
    rows.map((row) =>
      row.error
        ? [row.name, row.error, '', '', '', '', '', '']
        : [
            row.name.replace('matmul ', ''),
            `${row.m} × ${row.n} × ${row.k}`,
            fixed(row.naiveGflops, 2),
            fixed(row.gflops, 2),
            fixed(row.medianMs, 3),
            fixed(row.minMs, 3),
            fixed(row.cpuMs, 3),
            fixed(row.firstMs, 0),
          ],
    ),
  );
}
