/** Timing of recorded work. */
import process from 'node:process';
import type { Gpu } from '../engine/gpu/gpu';

export interface Timing {
  /** The first run, pipeline and machine code included. */
  readonly firstMs: number;
  /** Per run, over batches of runs that are submitted together. */
  readonly medianMs: number;
  readonly minMs: number;
  /** CPU time of the whole process per run, the least of all batches: on a software adapter the work itself. */
  readonly cpuMs: number;
  /** Batches measured. */
  readonly batches: number;
}

export interface Row extends Partial<Timing> {
  readonly suite: string;
  readonly name: string;
  readonly [detail: string]: unknown;
  readonly error?: string;
}

/** Batches take about this long, so that submits and naps of the main thread weigh little. */
const BATCH_MS = 60;
const MIN_BATCHES = 5;
const MAX_RUNS = 400;

/**
 * Runs `record`, which records one run, again and again for about `seconds`.
 * Work that takes no time has not been done: an invalid pipeline is skipped silently.
 */
export async function measure(gpu: Gpu, record: () => void, seconds = 0.5): Promise<Timing> {
  await gpu.throttle();
  const firstMs = (await timed(gpu, record, 1)).ms;
  const { ms } = await timed(gpu, record, 1);
  const runs = Math.max(1, Math.min(MAX_RUNS, Math.ceil(BATCH_MS / ms)));
  const batches: { ms: number; cpu: number }[] = [];
  const end = performance.now() + seconds * 1000;
  while (batches.length < MIN_BATCHES || performance.now() < end) batches.push(await timed(gpu, record, runs));
  const times = batches.map((batch) => batch.ms / runs).sort((a, b) => a - b);
  if (times[0] <= 0.0005) throw new Error(`a run took ${times[0]} ms: nothing was computed`);
  return {
    firstMs,
    medianMs: times[times.length >> 1],
    minMs: times[0],
    cpuMs: Math.min(...batches.map(({ cpu }) => cpu / runs)),
    batches: batches.length,
  };
}

async function timed(gpu: Gpu, record: () => void, runs: number): Promise<{ ms: number; cpu: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) record();
  await gpu.throttle();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpu: (user + system) / 1000 };
}
