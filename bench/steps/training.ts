/** Whole training steps, replayed: samples per second, and the time that host and device take for one step. */
import process from 'node:process';
import type { Gpu } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import { layers, sequential } from '../../nn';
import { ArrayData } from '../../nn/training/arrays';
import { Trainer } from '../../nn/training/trainer';
import type { Row } from '../harness';
import { table } from '../table';

interface Case {
  readonly name: string;
  readonly batch: number;
  trainer(): Trainer;
  data(batch: number): { x: HostArray; y: HostArray };
}

/** Random images and labels: the arithmetic of a step does not depend on what it sees. */
function images(batch: number): { x: HostArray; y: HostArray } {
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

const cases: Case[] = [32, 512].map((batch) => ({ name: `MLP 784-128-10, batch ${batch}`, batch, trainer: mlp, data: images }));

export async function benchSteps(gpu: Gpu, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const name = `step ${one.name}`;
    if (!name.includes(filter)) continue;
    try {
      rows.push({ suite: 'steps', name, ...(await benchCase(gpu, one)) });
    } catch (error) {
      rows.push({ suite: 'steps', name, error: String(error) });
    }
  }
  return rows;
}

/** Steps per submit, as `fit` has them for small models. */
const STEPS = 16;
const SECONDS = 2;

async function benchCase(gpu: Gpu, { batch, trainer: make, data }: Case) {
  const { x, y } = data(batch);
  const trainer = make();
  await trainer.prepare(new ArrayData(x, y, 'bench'));
  const began = performance.now();
  trainer.trainOn({ x, y, weights: null });
  await gpu.throttle();
  const firstMs = performance.now() - began;
  const { loss } = await trainer.logs();
  if (!(loss! > 0 && loss! < 100)) throw new Error(`the loss of the first step is ${loss}`);

  // Device time: from the end of the submit, while the host only waits.
  const samples: { host: number; device: number; cpu: number }[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (samples.length < 5 || performance.now() < end) {
    const before = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < STEPS; i++) trainer.trainOn({ x, y, weights: null });
    gpu.recorder.flush();
    const submitted = performance.now();
    await gpu.throttle();
    const { user, system } = process.cpuUsage(before);
    samples.push({ host: submitted - start, device: performance.now() - submitted, cpu: (user + system) / 1000 });
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] / STEPS;
  const ms = median(samples.map(({ host, device }) => host + device));
  const result = {
    batch,
    firstMs,
    medianMs: ms,
    minMs: Math.min(...samples.map(({ host, device }) => host + device)) / STEPS,
    hostMs: median(samples.map(({ host }) => host)),
    deviceMs: median(samples.map(({ device }) => device)),
    cpuMs: Math.min(...samples.map(({ cpu }) => cpu)) / STEPS,
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
            row.name.replace('step ', ''),
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
