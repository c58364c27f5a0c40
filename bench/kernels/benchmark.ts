/** What a kernel's benchmark declares, and how each is run: checked first, then timed in turn with its plainer version. */
import type { Gpu } from '../../engine/gpu/gpu';
import { compileStep } from '../../engine/step/compile-step';
import type { TypedArray } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { measureTogether, type Timing } from '../measure/measure';
import { fraction, type Roofline } from '../roofline/roofline';
import { type Row, rowOf } from '../row';

/** To add one: an entry in its suite. To add a suite: a file, and a line in index.ts. */
export interface KernelBenchmark {
  /** Begins with the suite's name: `matmul square 512`. */
  readonly name: string;
  /** Operations of one run, a multiply-add counted as two; 0 where it only moves data. */
  readonly flops: number;
  /** The least traffic: every operand read and every result written once. */
  readonly bytes: number;
  /** Takes long on a software adapter: there it runs with `--full` only. */
  readonly large?: boolean;
  setUp(gpu: Gpu): Trial | Promise<Trial>;
}

export interface Trial {
  /** Records one run; the results belong to the caller. */
  run(): readonly Tensor[];
  /** The plain version, if there is one. */
  naive?(): readonly Tensor[];
  /** Another way to the same results, run once and checked, never timed: for checks against each other. */
  reference?(): readonly Tensor[];
  /** Throws where the results of a run are wrong: `reference`'s first, then `run`'s, then `naive`'s. */
  check(results: readonly TypedArray[]): void;
  /** More for the JSON, asked for at the end. */
  details?(): Record<string, unknown>;
  dispose?(): void;
}

/** Dispatches recorded once and replayed, as in a training step: `fn` closes over its operands. */
export function replayed(fn: () => readonly Tensor[]): (() => readonly Tensor[]) & { dispose(): void } {
  return compileStep(fn);
}

export async function benchKernel(gpu: Gpu, roof: Roofline, { name, flops, bytes, setUp }: KernelBenchmark): Promise<Row> {
  return rowOf('kernels', name, async () => {
    const trial = await setUp(gpu);
    if (trial.reference) await checked(trial, () => trial.reference!());
    const began = performance.now();
    await checked(trial, () => trial.run());
    const firstMs = performance.now() - began;
    const run = (): void => release(trial.run());
    let timing: Timing;
    let naive: Timing | undefined;
    if (trial.naive) {
      await checked(trial, () => trial.naive!());
      ({ run: timing, naive } = await measureTogether(gpu, { run, naive: () => release(trial.naive!()) }));
    } else {
      timing = (await measureTogether(gpu, { run })).run;
    }
    const details = trial.details?.() ?? {};
    trial.dispose?.();
    return {
      ...details,
      ...timing,
      firstMs,
      flops,
      bytes,
      gflops: flops / timing.medianMs / 1e6,
      gbPerSecond: bytes / timing.medianMs / 1e6,
      roofline: fraction(roof, timing.medianMs, flops, bytes),
      ...(naive && { naiveMs: naive.medianMs, naiveMinMs: naive.minMs, timesNaive: naive.minMs / timing.minMs }),
    };
  });
}

async function checked(trial: Trial, run: () => readonly Tensor[]): Promise<void> {
  const results = run();
  const arrays: TypedArray[] = [];
  for (const result of results) arrays.push(await result.data());
  release(results);
  trial.check(arrays);
}

function release(results: readonly Tensor[]): void {
  for (const result of results) result.dispose();
}
