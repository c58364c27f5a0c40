/** The benchmarks: checked, timed, printed as tables and, if wanted, written as JSON. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import type { AdapterChoice } from '../engine/gpu/device';
import { close, type Gpu, init } from '../engine/gpu/gpu';
import { version } from '../engine/version';
import { benchKernels } from './kernels/run';
import { benchPeers } from './peers/run';
import type { Row } from './row';
import { benchSteps } from './steps/run';

export interface BenchOptions {
  readonly suites: readonly string[];
  /** Only rows whose name holds this. */
  readonly filter?: string;
  /** Where the rows go as JSON. */
  readonly json?: string;
  readonly adapter?: AdapterChoice;
  /** What takes long on a software adapter too. */
  readonly full?: boolean;
  /** How often peers take turns. */
  readonly rounds?: number;
  /** Only peers whose name and backend hold this. */
  readonly system?: string;
  /** The repository. */
  readonly root: string;
  /** As it was typed, for the record. */
  readonly command: string;
}

/** Runs the suites and returns the exit code: 1 if a row failed. */
export async function run({ suites, filter = '', json, adapter, full = false, rounds = 5, system = '', root, command }: BenchOptions): Promise<number> {
  const gpu = await init({ adapter });
  const about = aboutRun(gpu, command);
  const { info } = gpu;
  console.log(`${info.adapter} (${info.driver})${info.software ? ', software' : ''}; ${about.cores} cores, load ${about.load.toFixed(1)}\n`);
  const rows: Row[] = [];
  if (suites.includes('kernels')) rows.push(...(await benchKernels(gpu, { filter, full })));
  if (suites.includes('steps')) rows.push(...(await benchSteps(gpu, { filter, full })));
  // Peers have the machine to themselves.
  await close();
  if (suites.includes('peers')) {
    const peers = await benchPeers({ filter, root, rounds, system });
    Object.assign(about.versions, peers.versions);
    rows.push(...peers.rows);
  }
  if (json) await writeFile(json, `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
  if (rows.length === 0) console.log(`No benchmark's name holds "${filter}".`);
  return rows.length === 0 || rows.some(isOurFailure) ? 1 : 0;
}

/** A peer that cannot run a model is a result like any other. */
function isOurFailure({ suite, error, system }: Row): boolean {
  return error !== undefined && (suite !== 'peers' || system === 'wgrad');
}

/** What a reader of the numbers must know. */
function aboutRun({ info }: Gpu, command: string) {
  return {
    adapter: info,
    versions: { wgrad: version, node: process.versions.node },
    command,
    cores: availableParallelism(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
}
