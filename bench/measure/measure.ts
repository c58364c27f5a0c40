/** Timing of recorded work. */
import process from 'node:process';
import type { Gpu } from '../../engine/gpu/gpu';
import { median } from '../row';
import { PassClock } from './pass-clock';

export interface Timing {
  /** The first run by wall clock, pipeline and machine code included. */
  readonly firstMs: number;
  /** Per run, over batches of runs that are submitted together: device time if `clock` is `timestamp`, else wall clock. */
  readonly medianMs: number;
  readonly minMs: number;
  readonly clock: 'timestamp' | 'wall';
  /** Wall clock per run, whatever the clock. */
  readonly wallMs: number;
  /** CPU time of the whole process per run, the least of all batches: on a software adapter the work itself. */
  readonly cpuMs: number;
  /** Batches measured. */
  readonly n: number;
}

/** Batches take about this long, so that submits, naps of the main thread and rounded timestamps weigh little. */
const BATCH_MS = 60;
const MIN_ROUNDS = 5;
/** A form this slow is seen often enough. */
const SLOW_MS = 2000;
const MAX_RUNS = 400;

/** One form alone. */
export async function measure(gpu: Gpu, record: () => void, seconds = 0.5): Promise<Timing> {
  return (await measureTogether(gpu, { record }, seconds)).record;
}

/**
 * Times several forms of the same work, each of which records one run, in turn for about `seconds` each: what else the
 * machine does hits all alike, so their ratio means something.
 * Work that takes no time has not been done: an invalid pipeline is skipped silently.
 */
export async function measureTogether<K extends string>(gpu: Gpu, forms: Readonly<Record<K, () => void>>, seconds = 0.5): Promise<Record<K, Timing>> {
  const clock = PassClock.on(gpu.device);
  const names = Object.keys(forms) as K[];
  const states = [];
  await gpu.throttle();
  for (const name of names) {
    const firstMs = (await batch(gpu, null, forms[name], 1)).wall;
    const { wall } = await batch(gpu, null, forms[name], 1);
    states.push({ name, firstMs, runs: Math.max(1, Math.min(MAX_RUNS, Math.ceil(BATCH_MS / wall))), slow: wall > SLOW_MS, batches: [] as Batch[] });
  }
  const end = performance.now() + seconds * 1000 * names.length;
  for (let round = 0; round < MIN_ROUNDS || performance.now() < end; round++) {
    for (const state of states) {
      if (state.slow && round >= 2) continue;
      state.batches.push(await batch(gpu, clock, forms[state.name], state.runs));
    }
    if (states.every(({ slow }) => slow) && round >= 2) break;
  }
  return Object.fromEntries(states.map(({ name, firstMs, batches, runs }) => [name, timing(firstMs, batches, runs)])) as Record<K, Timing>;
}

interface Batch {
  readonly wall: number;
  readonly device: number | null;
  readonly cpu: number;
}

async function batch(gpu: Gpu, clock: PassClock | null, record: () => void, runs: number): Promise<Batch> {
  const before = process.cpuUsage();
  const start = performance.now();
  let wall = 0;
  let cpu = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; i < runs; i++) record();
    await gpu.throttle();
    wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    cpu = (user + system) / 1000;
  };
  const device = clock ? await clock.time(work) : (await work(), null);
  return { wall, device, cpu };
}

function timing(firstMs: number, batches: readonly Batch[], runs: number): Timing {
  const clock = batches.every(({ device }) => device !== null) ? 'timestamp' : 'wall';
  const times = batches.map(({ wall, device }) => (clock === 'wall' ? wall : device!) / runs);
  const minMs = Math.min(...times);
  if (!(minMs > 0.0005)) throw new Error(`a run took ${minMs} ms: nothing was computed`);
  return {
    firstMs,
    medianMs: median(times),
    minMs,
    clock,
    wallMs: median(batches.map(({ wall }) => wall / runs)),
    cpuMs: Math.min(...batches.map(({ cpu }) => cpu / runs)),
    n: batches.length,
  };
}
