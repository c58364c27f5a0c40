/** What a training step's benchmark declares. To add one: an entry in its file. To add a file: a line in index.ts. */
import type { HostArray } from '../../engine/tensor/host-array';
import type { Trainer } from '../../nn/training/trainer';

export interface StepBenchmark {
  readonly name: string;
  readonly batch: number;
  trainer(): Trainer;
  data(batch: number): StepData | Promise<StepData>;
  /** The benchmark that this one does in a slower way: how much slower is reported. */
  readonly slowerThan?: string;
  /** Length of its sequences, and the benchmark of another length whose cost per timestep this one's is held against. */
  readonly timesteps?: number;
  readonly likeTimestepsOf?: string;
  /** Takes seconds a step on a software adapter: there it runs with `--full` only. */
  readonly large?: boolean;
}

export interface StepData {
  readonly x: HostArray;
  readonly y: HostArray;
  /** What the numbers are. */
  readonly about?: string;
}
