/** The benchmarks: checked, timed, printed as tables; kept as JSON, held against the baseline, reported. */
import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { AdapterChoice } from '../engine/gpu/device';
import { close, init } from '../engine/gpu/gpu';
import { beginDocument, type Document, kindOf, readDocument, writeDocument } from './document';
import { type Baseline, ratiosOf, updated, verdict } from './gate';
import { benchKeras } from './keras/run';
import { benchKernels } from './kernels/run';
import { benchPeers } from './peers/run';
import { writeReport } from './report/report';
import type { Row } from './row';
import { benchMemory } from './steps/memory';
import { benchSteps } from './steps/run';

export interface BenchOptions {
  readonly suites: readonly string[];
  /** Only rows whose name holds this. */
  readonly filter?: string;
  /** Where the run goes as JSON. */
  readonly json?: string;
  readonly adapter?: AdapterChoice;
  /** What takes long on a software adapter too. */
  readonly full?: boolean;
  /** Whether variants of kernels are chosen by measurement. */
  readonly tune?: boolean;
  /** How often peers, and Keras, take turns with us. */
  readonly rounds?: number;
  /** Only peers whose name and backend hold this. */
  readonly system?: string;
  /** A peer's preparation or round may take so many seconds. */
  readonly limit?: number;
  /** In place of the tutorials' own, beside Keras. */
  readonly epochs?: number;
  /** A Python with Keras and TensorFlow. */
  readonly python?: string;
  /** Fails where a ratio lost more than a fifth against bench/baseline.json. */
  readonly check?: boolean;
  readonly 'update-baseline'?: boolean;
  /** Writes bench/RESULTS.md and its figure. */
  readonly report?: boolean;
  /** JSON files of earlier runs: nothing is run, they are checked or reported. */
  readonly from?: readonly string[];
  /** The repository. */
  readonly root: string;
  /** As it was typed, for the record. */
  readonly command: string;
}

/** Runs the suites and returns the exit code: 1 if a row failed or the gate does not hold. */
export async function run(options: BenchOptions): Promise<number> {
  const { from, json, root, report } = options;
  const documents = from ? await Promise.all(from.map(readDocument)) : [await measure(options)];
  const rows = documents.flatMap((document) => document.rows);
  if (json) await writeDocument(json, documents[0]);
  if (rows.length === 0) console.log(`No benchmark's name holds "${options.filter}".`);
  if (report) await writeReport(documents, join(root, 'bench'));
  const held = await gate(documents[0], rows, options);
  return rows.length === 0 || rows.some(isOurFailure) || !held ? 1 : 0;
}

async function measure({ suites, filter = '', adapter, tune, full = false, rounds, epochs, system = '', limit = 300, python = 'python3', root, command }: BenchOptions): Promise<Document> {
  const gpu = await init({ adapter, tune });
  const { info } = gpu;
  const finish = beginDocument(info, command);
  console.log(`${info.adapter} (${info.driver})${info.software ? ', software' : ''}; load ${loadavg()[0].toFixed(1)}\n`);
  const rows: Row[] = [];
  if (suites.includes('kernels')) rows.push(...(await benchKernels(gpu, { filter, full })));
  if (suites.includes('steps')) rows.push(...(await benchSteps(gpu, { filter, full })));
  // Others have the machine to themselves.
  await close();
  if (suites.includes('steps')) rows.push(...(await benchMemory(filter, adapter)));
  const versions: Record<string, string> = {};
  for (const [name, bench] of [
    ['peers', () => benchPeers({ filter, root, rounds: rounds ?? 5, system, limit })],
    ['keras', () => benchKeras({ filter, root, rounds: rounds ?? 1, python, epochs })],
  ] as const) {
    if (!suites.includes(name)) continue;
    const result = await bench();
    rows.push(...result.rows);
    Object.assign(versions, result.versions);
  }
  return finish(rows, versions);
}

/** A peer that cannot run a model is a result like any other. */
function isOurFailure({ suite, error, system }: Row): boolean {
  return error !== undefined && (suite !== 'peers' || system === 'wgrad');
}

async function gate({ adapter }: Document, rows: readonly Row[], { check, 'update-baseline': update, root }: BenchOptions): Promise<boolean> {
  if (!check && !update) return true;
  const file = join(root, 'bench/baseline.json');
  const baseline = JSON.parse(await readFile(file, 'utf8')) as Baseline;
  const [kind, now] = [kindOf(adapter), ratiosOf(rows)];
  if (update) await writeFile(file, `${JSON.stringify(updated(baseline, kind, now), null, 2)}\n`);
  if (!check) return true;
  const { text, ok } = verdict(baseline[kind], now, kind);
  console.log(text);
  return ok;
}
