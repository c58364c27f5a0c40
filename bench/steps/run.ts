/** Whole training steps, replayed: samples per second, and the time that host and device take for one step. */
import process from 'node:process';
import type { Gpu } from '../../engine/gpu/gpu';
import { ArrayData } from '../../nn/training/arrays';
import { collectGarbage } from '../measure/collect';
import { PassClock } from '../measure/pass-clock';
import { median, type Row, rowOf } from '../row';
import { fixed, table } from '../table';
import type { StepBenchmark } from './benchmark';
import * as files from './index';
import { Preparation } from './preparation';
import { RawReplay } from './raw-replay';

export interface StepOptions {
  readonly filter: string;
  readonly full: boolean;
}

export async function benchSteps(gpu: Gpu, { filter, full }: StepOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of Object.values<readonly StepBenchmark[]>(files).flat()) {
    const name = `step ${one.name}`;
    if (!name.includes(filter) || (one.large && gpu.info.software && !full)) continue;
    const row = await rowOf('steps', name, () => benchStep(gpu, one));
    const timed = one.timesteps && row.minMs ? { ...row, perTimestepMs: row.minMs / one.timesteps, perTimestepCpuMs: (row.cpuMs as number) / one.timesteps } : row;
    const known = (other?: string): Row | undefined => rows.find(({ name, minMs }) => minMs && name === `step ${other}`);
    const [faster, like] = [known(one.slowerThan), known(one.likeTimestepsOf)];
    // Of the least times: what else the machine does slows both, but not alike.
    rows.push({
      ...timed,
      ...(faster && row.minMs && { slower: row.minMs / faster.minMs! }),
      ...(like && row.minMs && { perTimestepCpuRatio: (timed.perTimestepCpuMs as number) / (like.perTimestepCpuMs as number) }),
    });
  }
  if (rows.length > 0) console.log(`${table(stepHead, stepCells(rows))}\n`);
  return rows;
}

/** Steps per submit, as `fit` has them for small models. */
const STEPS = 16;
/** Fewer where a step takes long. */
const SUBMIT_MS = 50;
const SECONDS = 2;
const MIN_ROUNDS = 5;

async function benchStep(gpu: Gpu, { batch, trainer: make, data }: StepBenchmark) {
  await collectGarbage(gpu);
  gpu.pool.use.peak = gpu.pool.use.live;
  const { x, y, about } = await data(batch);
  const trainer = make();
  await trainer.prepare(new ArrayData(x, y, 'bench'));
  const train = (steps: number): void => {
    for (let i = 0; i < steps; i++) trainer.trainOn({ x, y, weights: null });
    gpu.recorder.flush();
  };
  const firstMs = (await timed(gpu, () => train(1))).ms;
  const { loss } = await trainer.logs();
  if (!(loss! > 0 && loss! < 100)) throw new Error(`the loss of the first step is ${loss}`);
  const steps = Math.max(1, Math.min(STEPS, Math.floor(SUBMIT_MS / (await timed(gpu, () => train(1))).ms)));

  const clock = PassClock.on(gpu.device);
  const raw = RawReplay.of(gpu.device, () => train(steps));
  await gpu.throttle();
  const samples: Sample[] = [];
  const preparation = new Preparation();
  const preparations: number[] = [];
  const floors: number[] = [];
  const floorsWithUploads: number[] = [];
  const deviceTimes: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (samples.length < MIN_ROUNDS || performance.now() < end) {
    preparation.take();
    samples.push(await timed(gpu, () => train(steps)));
    preparations.push(preparation.take());
    // The raw calls train on, if on stale step numbers; in turn with the engine's, so that load hits both alike.
    floors.push((await timed(gpu, () => raw.run({ uploads: false }))).host);
    floorsWithUploads.push((await timed(gpu, () => raw.run({ uploads: true }))).host);
    const device = await clock?.time(async () => void (await timed(gpu, () => train(steps))));
    if (device != null) deviceTimes.push(device);
  }
  preparation.stop();
  const perStep = (values: readonly number[]): number => median(values) / steps;
  const ms = perStep(samples.map((sample) => sample.ms));
  const least = (values: readonly number[]): number => Math.min(...values) / steps;
  const hosts = samples.map(({ host }) => host);
  const replays = hosts.map((host, i) => host - preparations[i]);
  const result = {
    batch,
    about,
    firstMs,
    medianMs: ms,
    minMs: least(samples.map((sample) => sample.ms)),
    stepsPerSubmit: steps,
    /** Encoding and submitting, uploads included. */
    hostMs: perStep(hosts),
    hostMinMs: least(hosts),
    /** Of it, copying the batch and what is derived from it. */
    prepareMinMs: least(preparations),
    replayMinMs: least(replays),
    /** The same calls without an engine: commands and submits only, and with the uploads. */
    floorMs: perStep(floors),
    floorMinMs: least(floors),
    floorWithUploadsMs: perStep(floorsWithUploads),
    floorWithUploadsMinMs: least(floorsWithUploads),
    /** Of the least times: host time without preparation over the floor with uploads. */
    replayOverFloor: least(replays) / least(floorsWithUploads),
    /** In compute passes, by timestamps; where there are none, from the end of the submit, while the host waits. */
    deviceMs: deviceTimes.length > 0 ? perStep(deviceTimes) : perStep(samples.map(({ ms, host }) => ms - host)),
    cpuMs: least(samples.map(({ cpu }) => cpu)),
    samplesPerSecond: (1000 * batch) / ms,
    /** Counted on WebGPU's prototypes. */
    dispatches: (raw.count('dispatchWorkgroups') + raw.count('dispatchWorkgroupsIndirect')) / steps,
    submits: raw.count('submit') / steps,
    uploadedBytes: raw.written / steps,
    peakBytes: gpu.pool.use.peak,
    /** Of the whole process, since its start. */
    processPeakBytes: 1024 * process.resourceUsage().maxRSS,
    n: samples.length,
  };
  trainer.dispose();
  return result;
}

interface Sample {
  readonly ms: number;
  /** Until the submit is made. */
  readonly host: number;
  readonly cpu: number;
}

async function timed(gpu: Gpu, submit: () => void): Promise<Sample> {
  const before = process.cpuUsage();
  const start = performance.now();
  submit();
  const host = performance.now() - start;
  await gpu.throttle();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, host, cpu: (user + system) / 1000 };
}

export const stepHead = [
  'training step', 'samples/s', 'ms', 'least ms', 'device ms', 'batch ms', 'replay ms', 'floor ms', 'replay ÷ floor', 'CPU ms', 'per timestep', 'dispatches', 'submits', 'peak MiB', 'first ms',
];

export function stepCells(rows: readonly Row[]): string[][] {
  return rows.map((row) =>
    row.error
      ? [row.name, row.error]
      : [
          `${row.name.replace('step ', '')}${row.about ? ` (${row.about})` : ''}${row.slower ? `: ${fixed(row.slower, 1)}× slower` : ''}`,
          fixed(row.samplesPerSecond, 0),
          fixed(row.medianMs, 2),
          fixed(row.minMs, 2),
          fixed(row.deviceMs, 2),
          fixed(row.prepareMinMs, 3),
          fixed(row.replayMinMs, 3),
          fixed(row.floorWithUploadsMinMs, 3),
          fixed(row.replayOverFloor, 2),
          fixed(row.cpuMs, 2),
          row.perTimestepMs ? `${fixed(row.perTimestepCpuMs, 2)}${row.perTimestepCpuRatio ? ` (${fixed(row.perTimestepCpuRatio, 2)}×)` : ''}` : '',
          String(row.dispatches),
          fixed(row.submits, 2),
          fixed((row.peakBytes as number) / 2 ** 20, 1),
          fixed(row.firstMs, 0),
        ],
  );
}
