import type { Gpu } from '../../engine/gpu/gpu';
import { measureRoofline } from '../roofline/roofline';
import type { Row } from '../row';
import { fixed, table } from '../table';
import { benchKernel, type KernelBenchmark } from './benchmark';
import * as suites from './index';

export interface KernelOptions {
  /** Only benchmarks whose name holds this. */
  readonly filter: string;
  /** Large ones on a software adapter too. */
  readonly full: boolean;
}

/** The roofline first, then every benchmark; prints a table per suite as it is done. */
export async function benchKernels(gpu: Gpu, { filter, full }: KernelOptions): Promise<Row[]> {
  const chosen = Object.values<readonly KernelBenchmark[]>(suites)
    .map((suite) => suite.filter(({ name, large }) => name.includes(filter) && (full || !large || !gpu.info.software)))
    .filter((suite) => suite.length > 0);
  if (chosen.length === 0) return [];
  const { roof, rows } = await measureRoofline(gpu);
  console.log(`Roofline: ${roof.gflops.toFixed(0)} GFLOP/s of multiply-adds, ${roof.gbPerSecond.toFixed(1)} GB/s of copies.\n`);
  for (const suite of chosen) {
    const measured: Row[] = [];
    for (const one of suite) measured.push(await benchKernel(gpu, roof, one));
    console.log(`${table(kernelHead, kernelCells(measured))}\n`);
    rows.push(...measured);
  }
  return rows;
}

export const kernelHead = ['kernel', 'ms', 'least ms', 'GFLOP/s', 'GB/s', 'of roofline', 'CPU ms', 'plain ms', '× plain', 'first ms'];

export function kernelCells(rows: readonly Row[]): string[][] {
  return rows.map((row) =>
    row.error
      ? [row.name, row.error]
      : [
          row.name,
          fixed(row.medianMs, 3),
          fixed(row.minMs, 3),
          fixed(row.gflops, 2),
          fixed(row.gbPerSecond, 2),
          `${fixed(100 * (row.roofline as number), 0)} %`,
          fixed(row.cpuMs, 3),
          fixed(row.naiveMs, 2),
          fixed(row.timesNaive, 1),
          fixed(row.firstMs, 0),
        ],
  );
}
