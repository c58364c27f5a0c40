/** What the adapter can do at most, measured: multiply-adds per second, and bytes per second to and from memory. */
import { ceilDiv } from '../../engine/gpu/grid';
import type { Gpu } from '../../engine/gpu/gpu';
import { defineKernel, run } from '../../engine/gpu/kernel';
import { empty } from '../../engine/tensor/tensor';
import { measureTogether } from '../measure/measure';
import { expectClose, random } from '../operands';
import type { Row } from '../row';
import copySource from './copy.wgsl';
import multiplyAddSource from './multiply-add.wgsl';

const multiplyAdd = defineKernel({
  name: 'roofline/multiply-add',
  source: multiplyAddSource,
  bindings: { result: 'write' },
  params: { rounds: 'u32', x: 'f32', y: 'f32' },
});

const copy = defineKernel({
  name: 'roofline/copy',
  source: copySource,
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32' },
});

export interface Roofline {
  /** Peak of f32 arithmetic, in 10⁹ operations per second; a multiply-add counts as two. */
  readonly gflops: number;
  /** Of copies between buffers too large for any cache: bytes read plus bytes written. */
  readonly gbPerSecond: number;
}

/** 10⁹ operations per second that work of so many operations and bytes can reach: min(peak, bandwidth · intensity). */
export function attainable({ gflops, gbPerSecond }: Roofline, flops: number, bytes: number): number {
  return Math.min(gflops, (gbPerSecond * flops) / bytes);
}

/** The share of the roofline that `ms` reaches; by bandwidth alone for work without arithmetic. Above 1 if caches serve it. */
export function fraction(roof: Roofline, ms: number, flops: number, bytes: number): number {
  const leastMs = Math.max(flops / (roof.gflops * 1e6), bytes / (roof.gbPerSecond * 1e6));
  return leastMs / ms;
}

/** Of one lane: 64 multiply-adds on each of eight chains. */
const OPERATIONS_PER_ROUND = 2 * 8 * 64;

export async function measureRoofline(gpu: Gpu): Promise<{ roof: Roofline; rows: Row[] }> {
  const { software } = gpu.info;
  const groups = software ? 64 : 8192;
  const rounds = software ? 500 : 256;
  const size = Math.min(software ? 2 ** 24 : 2 ** 26, gpu.maxBindingBytes / 4);
  const lanes = groups * 64;
  const result = empty([lanes, 4]);
  const x = random([size], 1);
  const y = empty([size]);
  const add = (): void => run(multiplyAdd, { bind: { result }, params: { rounds, x: 0.5, y: 1 }, grid: groups });
  const move = (): void => run(copy, { bind: { x, y }, params: { n: size / 4 }, grid: ceilDiv(size / 4, 4 * 256) });
  add();
  move();
  expectClose('copy', (await y.data()).subarray(-4096), (await x.data()).subarray(-4096), 0);
  // a = a/2 + 1 has its fixed point at 2.
  expectClose('multiply-add', await result.data(), new Float32Array(lanes * 4).fill(4), 1e-6);

  const times = await measureTogether(gpu, { add, move }, 1);
  for (const tensor of [result, x, y]) tensor.dispose();
  // The best that was seen is what the adapter can do.
  const roof = {
    gflops: (lanes * rounds * OPERATIONS_PER_ROUND) / times.add.minMs / 1e6,
    gbPerSecond: (8 * size) / times.move.minMs / 1e6,
  };
  return {
    roof,
    rows: [
      { suite: 'roofline', name: 'multiply-add', ...times.add, gflops: roof.gflops },
      { suite: 'roofline', name: 'copy', ...times.move, gbPerSecond: roof.gbPerSecond },
    ],
  };
}
