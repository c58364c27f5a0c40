/** The benchmarks: checked, timed, printed as tables and, if wanted, written as JSON. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import type { AdapterChoice } from '../engine/gpu/device';
import { close, init } from '../engine/gpu/gpu';
import type { Row } from './harness';
import { benchMatmul, matmulTable } from './kernels/matmul';
import { benchRnn, rnnTable } from './kernels/rnn';
import { benchSteps, stepsTable } from './steps/training';

export interface BenchOptions {
  readonly suites: readonly string[];
  /** Only rows whose name holds this. */
  readonly filter?: string;
  /** Where the rows go as JSON. */
  readonly json?: string;
  readonly adapter?: AdapterChoice;
}

/** Runs the suites and returns the exit code: 1 if a row failed. */
export async function run({ suites, filter = '', json, adapter }: BenchOptions): Promise<number> {
  const gpu = await init({ adapter });
  const { info } = gpu;
  console.log(`${info.adapter} (${info.driver})${info.software ? ', software' : ''}; ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}\n`);
  const rows: Row[] = [];
  if (suites.includes('kernels')) {
    const matmul = await benchMatmul(gpu, filter);
    if (matmul.length > 0) console.log(`${matmulTable(matmul)}\n`);
    rows.push(...matmul);
    const rnn = await benchRnn(gpu, filter);
    if (rnn.length > 0) console.log(`${rnnTable(rnn)}\n`);
    rows.push(...rnn);
  }
  if (suites.includes('steps')) {
    const steps = await benchSteps(gpu, filter);
    if (steps.length > 0) console.log(stepsTable(steps));
    rows.push(...steps);
  }
  await close();
  if (json) await writeFile(json, `${JSON.stringify({ adapter: info, rows }, null, 2)}\n`);
  if (rows.length === 0) console.log(`No benchmark's name holds "${filter}".`);
  return rows.length === 0 || rows.some(({ error }) => error) ? 1 : 0;
}
