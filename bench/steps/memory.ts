/** What memory a training step on long sequences takes, measured in a process of its own: nothing else has been there before. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Row, rowOf } from '../row';
import { fixed, table } from '../table';

interface Measured {
  readonly batch: number;
  readonly time: number;
  readonly units: number;
  /** Bytes that the gradient needs, by what they are. */
  readonly saved: Readonly<Record<'gates' | 'cells' | 'states' | 'ids', number>>;
  /** Weights, their gradients and Adam's two moments. */
  readonly tables: number;
  /** On the device whatever the length. */
  readonly lasting: number;
  /** On the device for the step. */
  readonly temporaries: number;
  readonly processBefore: number;
  readonly processPeak: number;
}

const NAME = 'memory LSTM 128, length 1024, batch 32';

export async function benchMemory(filter: string, adapter?: string): Promise<Row[]> {
  if (!NAME.includes(filter)) return [];
  const row = await rowOf('memory', NAME, async () => {
    const script = fileURLToPath(new URL('./steps/memory-child.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { ...process.env, ...(adapter && { WGRAD_ADAPTER: adapter }) } });
    const measured = JSON.parse(stdout) as Measured;
    const savedBytes = Object.values(measured.saved).reduce((a, b) => a + b);
    const growth = measured.processPeak - measured.processBefore;
    return { ...measured, savedBytes, deviceRatio: measured.temporaries / savedBytes, processRatio: growth / savedBytes };
  });
  console.log(`${table(memoryHead, memoryCells([row]))}\n`);
  return [row];
}

export const memoryHead = [
  'memory, MiB', 'saved: gates', 'cells', 'states', 'all', "step's, device", '× saved', "step's, process", '× saved', 'weights, Adam', 'process before', 'peak',
];

export function memoryCells(rows: readonly Row[]): string[][] {
  const mib = (bytes: unknown): string => fixed((bytes as number) / 2 ** 20, 1);
  return rows.map((row) => {
    if (row.error) return [row.name, row.error];
    const { saved, temporaries, tables, processBefore, processPeak } = row as unknown as Measured;
    return [
      row.name.replace('memory ', ''), mib(saved.gates), mib(saved.cells), mib(saved.states), mib(row.savedBytes), mib(temporaries), fixed(row.deviceRatio, 2),
      mib(processPeak - processBefore), fixed(row.processRatio, 2), mib(tables), mib(processBefore), mib(processPeak),
    ];
  });
}
