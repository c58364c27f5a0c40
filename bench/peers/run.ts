/**
 * The same models in other libraries: each system trains in a process of its own, from the same weights on the same batches.
 * All processes of a model stay open and take turns, round after round, so that what else the machine does hits all alike.
 */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { reviews } from '../reviews';
import { table } from '../table';
import { median, type Row } from '../row';
import { isText, models, randomBatch, flopsOf } from './models.mjs';
import { lossDeviation, whyWrong } from './checks';
import { WorkerProcess } from './process';
import type { Batch, Model, Prepared } from './protocol';
import { peerCells, peerHead } from './table';

export interface PeerOptions {
  readonly filter: string;
  /** The repository: workers run from its sources and its build. */
  readonly root: string;
  readonly rounds: number;
  /** Only systems whose name and backend hold this. */
  readonly system: string;
  /** A preparation or a round may take so many seconds. */
  readonly limit: number;
}

interface Contestant {
  readonly system: string;
  readonly backend: string;
  /** Its module, from the repository's root. */
  readonly module: string;
}

const US: Contestant = { system: 'wgrad', backend: 'webgpu', module: '.build/bench/peers/systems/wgrad.mjs' };
const peer = (system: string, module: string) => (backend: string): Contestant => ({ system, backend, module: `bench/peers/systems/${module}` });
const contestants: readonly Contestant[] = [
  US,
  ...['webgpu', 'wasm', 'cpu'].map(peer('TensorFlow.js', 'tfjs.mjs')),
  ...['webgpu', 'wasm'].map(peer('jax-js', 'jax.mjs')),
];

/** Batches that the steps go through in turn; each goes up from the host for every step. */
const BATCHES = 4;
/** A round lasts about this long, if a step is not longer. */
const ROUND_MS = 600;
const MOST_STEPS = 64;
/** Steps longer than this are repeated less. */
const PATIENCE_MS = 6000;
/** Plain JavaScript takes minutes for a step on texts: nobody waits for it longer than this. */
const CPU_LIMIT_SECONDS = 60;

export interface PeersResult {
  readonly rows: Row[];
  readonly versions: Record<string, string>;
}

export async function benchPeers(options: PeerOptions): Promise<PeersResult> {
  const { filter, system } = options;
  const rows: Row[] = [];
  const versions: Record<string, string> = {};
  const systems = contestants.filter((one) => one === US || `${one.system} ${one.backend}`.includes(system));
  for (const model of models) {
    if (!model.name.includes(filter)) continue;
    const measured = await benchModel(model, systems, options, versions);
    console.log(`${table(peerHead, peerCells(measured))}\n`);
    rows.push(...measured);
  }
  return { rows, versions };
}

/** A system with a model ready to train, or the reason why not. */
interface Entry extends Contestant {
  readonly worker?: WorkerProcess;
  readonly form?: string;
  readonly prepared?: Prepared;
  error?: string;
}

async function benchModel(model: Model, systems: readonly Contestant[], options: PeerOptions, versions: Record<string, string>): Promise<Row[]> {
  const sections = await batchesOf(model);
  const entries: Entry[] = [];
  for (const contestant of systems) entries.push(await enter(contestant, model, sections[0].batches, options, versions));
  const rows: Row[] = [];
  try {
    for (const [i, { tokens, batches }] of sections.entries()) {
      if (i > 0) await Promise.all(entries.map((entry) => attempt(entry, () => entry.worker!.call('use', batches, 60))));
      rows.push(...(await compare(model, tokens, entries, options)));
    }
  } finally {
    for (const { worker } of entries) worker?.end();
  }
  return rows;
}

/** Text models see real reviews and, beside them, uniform random tokens, which hit every row of an embedding alike. */
async function batchesOf(model: Model): Promise<{ tokens: string; batches: Batch[] }[]> {
  const random = Array.from({ length: BATCHES }, (_, i) => randomBatch(model, i));
  if (!isText(model)) return [{ tokens: 'none', batches: random }];
  const { batch, length } = model;
  const real: Batch[] = [];
  let tokens = '';
  for (let i = 0; i < BATCHES; i++) {
    const { x, y, about } = await reviews(batch, length, { start: i * batch });
    real.push({ x: Int32Array.from(x.data), y: Int32Array.from(y.data) });
    tokens = about;
  }
  return [
    { tokens, batches: real },
    { tokens: 'uniform random', batches: random },
  ];
}

/** Tries each form of a system in a process of its own and keeps the fastest. */
async function enter(contestant: Contestant, model: Model, data: readonly Batch[], { root, limit }: PeerOptions, versions: Record<string, string>): Promise<Entry> {
  const { system, backend, module } = contestant;
  const patience = backend === 'cpu' ? Math.min(limit, CPU_LIMIT_SECONDS) : limit;
  const start = (): WorkerProcess => new WorkerProcess(join(root, 'bench/peers/worker.mjs'), [pathToFileURL(join(root, module)).href, backend]);
  const tell = (text: string): void => void process.stderr.write(`${model.name}: ${system} ${backend} ${text}\n`);
  let best: Entry | undefined;
  const errors: string[] = [];
  let forms = [''];
  for (let i = 0; i < forms.length; i++) {
    const worker = start();
    try {
      Object.assign(versions, (await worker.call<{ versions: object }>('open', null, 60)).versions);
      if (i === 0) forms = await worker.call<string[]>('forms', model, 10);
      const form = forms[i];
      const prepared = await worker.call<Prepared>('prepare', { model, form, data, patience: PATIENCE_MS }, patience);
      tell(`(${form}): ${prepared.stepMs.toFixed(1)} ms, losses ${prepared.losses.map((loss) => loss.toFixed(5)).join(' ')}`);
      if (best && best.prepared!.stepMs <= prepared.stepMs) worker.end();
      else {
        best?.worker!.end();
        best = { ...contestant, worker, form, prepared };
      }
    } catch (error) {
      worker.end();
      errors.push(`${forms.length > 1 ? `${forms[i]}: ` : ''}${error instanceof Error ? error.message : String(error)}`);
      tell(errors[errors.length - 1]);
    }
  }
  return best ?? { ...contestant, error: errors.join('; ') };
}

interface Samples {
  readonly queued: number[];
  readonly readEach: number[];
}

async function compare(model: Model, tokens: string, entries: readonly Entry[], { rounds, limit }: PeerOptions): Promise<Row[]> {
  const samples = entries.map((): Samples => ({ queued: [], readEach: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, entry] of entries.entries()) {
      const { stepMs = 0 } = entry.prepared ?? {};
      // The slowest are seen once, slow ones twice.
      if (round >= (stepMs > 3 * PATIENCE_MS ? 1 : stepMs > PATIENCE_MS ? 2 : rounds)) continue;
      const count = Math.max(1, Math.min(MOST_STEPS, Math.round(ROUND_MS / stepMs)));
      const steps = async (readEach: boolean): Promise<number> =>
        (await entry.worker!.call<{ ms: number }>('round', { count, readEach }, limit)).ms;
      await attempt(entry, async () => {
        const queued = await steps(false);
        samples[i].queued.push(queued);
        // One step with one read is both.
        samples[i].readEach.push(count === 1 ? queued : await steps(true));
      });
    }
  }
  const ours = samples[0].queued;
  return entries.map((entry, i) => rowOfEntry(model, tokens, entry, samples[i], ours, entries[0].prepared?.losses));
}

function rowOfEntry(model: Model, tokens: string, entry: Entry, { queued, readEach }: Samples, ours: readonly number[], ourLosses?: readonly number[]): Row {
  const { system, backend, form, prepared, error } = entry;
  const key = { suite: 'peers' as const, name: `${model.name}, ${tokens}: ${system} ${backend}`, model: model.name, tokens, system, backend };
  if (error !== undefined || !prepared) return { ...key, medianMs: undefined, n: 0, error };
  const deviation = ourLosses && lossDeviation(prepared.losses, ourLosses);
  const wrong = whyWrong(model, prepared.losses, deviation);
  const flops = flopsOf(model);
  const medianMs = median(queued);
  return {
    ...key,
    medianMs,
    minMs: Math.min(...queued),
    maxMs: Math.max(...queued),
    n: queued.length,
    // Round by round, so that both had the same machine; the whole where rounds are few.
    ratio: system === 'wgrad' || ours.length === 0 ? undefined : median(queued.map((ms, i) => ms / ours[i])),
    readEachMs: median(readEach),
    firstMs: prepared.firstMs,
    gflops: flops && flops / medianMs / 1e6,
    form,
    waiting: prepared.waiting,
    losses: prepared.losses,
    lossDeviation: deviation,
    ...(wrong && { error: wrong }),
  };
}

async function attempt(entry: Entry, fn: () => Promise<unknown>): Promise<void> {
  if (entry.error !== undefined) return;
  try {
    await fn();
  } catch (error) {
    entry.error = error instanceof Error ? error.message : String(error);
  }
}
