/** Recurrent layers: whole-sequence kernels beside the same layer step by step, and how the time grows with the length. */
import { GradientTape } from '../../engine/autodiff/grad';
import { dense } from '../../engine/ops/matmul/dense';
import { gru, lstm, type Sequence, type SequenceOptions, simpleRnn } from '../../engine/ops/rnn';
import type { TypedArray } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, random } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

type CellName = 'SimpleRNN' | 'LSTM' | 'GRU';

interface Case {
  readonly cell: CellName;
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
  /** Whether it is timed step by step as well: thousands of dispatches. It is checked against that in any case. */
  readonly steps: boolean;
}

const GATES: Readonly<Record<CellName, number>> = { SimpleRNN: 1, LSTM: 4, GRU: 3 };

const sizes = { batch: 32, features: 256, units: 128 };
const cases: Case[] = [
  ...(['SimpleRNN', 'LSTM', 'GRU'] as const).map((cell) => ({ cell, time: 64, ...sizes, steps: true })),
  ...[256, 512, 1024].map((time) => ({ cell: 'LSTM' as const, time, ...sizes, steps: false })),
  { cell: 'LSTM', batch: 64, time: 256, features: 50, units: 16, steps: false },
];

function benchmarks(one: Case): KernelBenchmark[] {
  const { cell, batch, time, features, units } = one;
  const columns = GATES[cell] * units;
  const name = `rnn ${cell} ${units}, batch ${batch}, length ${time}`;
  // The products with x and with the state; the gradient takes two more for each.
  const flops = 2 * batch * time * (features + units) * columns;
  const weights = (features + units + 1) * columns;
  const bytes = 4 * (batch * time * (features + units) + weights);
  return [
    { name: `${name}, forward`, flops, bytes, setUp: () => setUp(one, (forward) => (inputs) => [forward(inputs).y]) },
    { name: `${name}, with gradients`, flops: 3 * flops, bytes: 3 * bytes, setUp: () => setUp(one, gradients) },
  ];
}

type Inputs = readonly Tensor[];
type Forward = (inputs: Inputs) => Sequence;

function setUp({ cell, time, batch, features, units, steps }: Case, of: (forward: Forward) => (inputs: Inputs) => readonly Tensor[]): Trial {
  const columns = GATES[cell] * units;
  const shapes = [[batch, time, features], [features, columns], [columns], [units, columns], ...(cell === 'GRU' ? [[columns]] : [])];
  const inputs = shapes.map((shape, i) => random(shape, i + 1, i === 1 || i === 3 ? 1 / Math.sqrt(shape[0]) : 1));
  const whole = replayed(() => of(layer(cell, {}))(inputs));
  const bySteps = replayed(() => of(layer(cell, { implementation: 'steps' }))(inputs));
  let first: readonly TypedArray[] | undefined;
  return {
    run: whole,
    naive: steps ? bySteps : undefined,
    reference: bySteps,
    // The two ways must agree.
    check(results) {
      if (!first) first = results;
      else results.forEach((result, i) => expectClose(`result ${i}`, result, first![i], 1e-4));
    },
    dispose() {
      whole.dispose();
      bySteps.dispose();
      for (const input of inputs) input.dispose();
    },
  };
}

/** A layer on [x, wx, b, wh, bh?], the inputs' product included. */
function layer(cell: CellName, options: SequenceOptions): Forward {
  return ([x, wx, b, wh, bh]) => {
    const xz = dense(x, wx, b);
    if (cell === 'GRU') return gru(xz, wh, bh, options);
    return cell === 'LSTM' ? lstm(xz, wh, options) : simpleRnn(xz, wh, options);
  };
}

/** The gradients of the last output with respect to all inputs. */
function gradients(forward: Forward): (inputs: Inputs) => readonly Tensor[] {
  return (inputs) => {
    const tape = new GradientTape();
    for (const input of inputs) tape.watch(input);
    return tape.gradient(tape.record(() => forward(inputs).y), inputs) as Tensor[];
  };
}

export const rnn: readonly KernelBenchmark[] = cases.flatMap(benchmarks);
