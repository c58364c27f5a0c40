/** Whole training steps, replayed: samples per second, and the time that host and device take for one step. */
import process from 'node:process';
import type { Gpu } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import { layers, sequential } from '../../nn';
import { ArrayData } from '../../nn/training/arrays';
import { Trainer } from '../../nn/training/trainer';
import type { Row } from '../harness';
import { table } from '../table';
import { reviewCases } from './reviews';

export interface Case {
  readonly name: string;
  readonly batch: number;
  trainer(): Trainer;
  data(batch: number): Data | Promise<Data>;
  /** The case that this one does in a slower way: how much slower is reported. */
  readonly slowerThan?: string;
}

interface Data {
  readonly x: HostArray;
  readonly y: HostArray;
  /** What the numbers are. */
  readonly about?: string;
}

/** Random images and labels: the arithmetic of a step does not depend on what it sees. */
function images(batch: number): Data {
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const x = new HostArray(Float32Array.from({ length: batch * 784 }, next), [batch, 28, 28]);
  return { x, y: new HostArray(Uint8Array.from({ length: batch }, () => Math.floor(10 * next())), [batch]) };
}

function mlp(): Trainer {
  const model = sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  return new Trainer(model, { optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
}

const cases: readonly Case[] = [
  ...[32, 512].map((batch) => ({ name: `MLP 784-128-10, batch ${batch}`, batch, trainer: mlp, data: images })),
  ...reviewCases,
];

export async function benchSteps(gpu: Gpu, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const name = `step ${one.name}`;
    if (!name.includes(filter)) continue;
    try {
      const row: Row = { suite: 'steps', name, ...(await benchCase(gpu, one)) };
      const faster = rows.find((other) => one.slowerThan && other.name === `step ${one.slowerThan}`);
      // Of the least times: what else the machine does slows both, but not alike.
      rows.push(faster?.minMs ? { ...row, slower: row.minMs! / faster.minMs } : row);
    } catch (error) {
      rows.push({ suite: 'steps', name, error: String(error) });
    }
  }
  return rows;
}

/** Steps per submit, as `fit` has them for small models. */
const STEPS = 16;
/** Fewer where a step takes long. */
const SUBMIT_MS = 50;
const SECONDS = 2;

async function benchCase(gpu: Gpu, { batch, trainer: make, data }: Case) {
  gpu.pool.use.peak = gpu.pool.use.live;
  const { x, y, about } = await data(batch);
  const trainer = make();
  await trainer.prepare(new ArrayData(x, y, 'bench'));
  const began = performance.now();
  trainer.trainOn({ x, y, weights: null });
  await gpu.throttle();
  const firstMs = performance.now() - began;
  const { loss } = await trainer.logs();
  if (!(loss! > 0 && loss! < 100)) throw new Error(`the loss of the first step is ${loss}`);

  const second = performance.now();
  trainer.trainOn({ x, y, weights: null });
  await gpu.throttle();
  const steps = Math.max(1, Math.min(STEPS, Math.floor(SUBMIT_MS / (performance.now() - second))));

  // Device time: from the end of the submit, while the host only waits.
  const samples: { host: number; device: number; cpu: number }[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (samples.length < 5 || performance.now() < end) {
    const before = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < steps; i++) trainer.trainOn({ x, y, weights: null });
    gpu.recorder.flush();
    const submitted = performance.now();
    await gpu.throttle();
    const { user, system } = process.cpuUsage(before);
    samples.push({ host: submitted - start, device: performance.now() - submitted, cpu: (user + system) / 1000 });
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] / steps;
  const ms = median(samples.map(({ host, device }) => host + device));
  const result = {
    batch,
    about,
    firstMs,
    medianMs: ms,
    minMs: Math.min(...samples.map(({ host, device }) => host + device)) / steps,
    hostMs: median(samples.map(({ host }) => host)),
    deviceMs: median(samples.map(({ device }) => device)),
    cpuMs: Math.min(...samples.map(({ cpu }) => cpu)) / steps,
    samplesPerSecond: (1000 * batch) / ms,
    dispatches: Math.max(...trainer.dispatches),
    peakBytes: gpu.pool.use.peak,
    batches: samples.length,
  };
  trainer.dispose();
  return result;
}

export function stepsTable(rows: readonly Row[]): string {
  const fixed = (value: unknown, digits = 2): string => (value as number).toFixed(digits);
  return table(
    ['training step', 'samples/s', 'ms', 'least ms', 'host ms', 'device ms', 'CPU ms', 'dispatches', 'peak MiB', 'first ms'],
    rows.map((row) =>
      row.error
        ? [row.name, row.error, '', '', '', '', '', '', '', '']
        : [
            `${row.name.replace('step ', '')}${row.about ? ` (${row.about})` : ''}${row.slower ? `: ${fixed(row.slower, 1)}× slower` : ''}`,
            fixed(row.samplesPerSecond, 0),
            fixed(row.medianMs),
            fixed(row.minMs),
            fixed(row.hostMs),
            fixed(row.deviceMs),
            fixed(row.cpuMs),
            String(row.dispatches),
            fixed((row.peakBytes as number) / 2 ** 20, 1),
            fixed(row.firstMs, 0),
          ],
    ),
  );
}
