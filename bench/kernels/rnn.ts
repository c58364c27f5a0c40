/** Recurrent layers: whole-sequence kernels beside the same layer step by step, and how the time grows with the length. */
import { GradientTape } from '../../engine/autodiff/grad';
import type { Gpu } from '../../engine/gpu/gpu';
import { dense } from '../../engine/ops/dense';
import { gru, lstm, type Sequence, type SequenceOptions, simpleRnn } from '../../engine/ops/rnn';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { measure, type Row } from '../harness';
import { table } from '../table';

type CellName = 'SimpleRNN' | 'LSTM' | 'GRU';

interface Case {
  readonly cell: CellName;
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
  /** Whether the layer runs step by step as well: thousands of dispatches. */
  readonly steps: boolean;
}

const GATES: Readonly<Record<CellName, number>> = { SimpleRNN: 1, LSTM: 4, GRU: 3 };

const sizes = { batch: 32, features: 256, units: 128 };
const cases: Case[] = [
  ...(['SimpleRNN', 'LSTM', 'GRU'] as const).map((cell) => ({ cell, time: 64, ...sizes, steps: true })),
  ...[256, 512, 1024].map((time) => ({ cell: 'LSTM' as const, time, ...sizes, steps: false })),
  { cell: 'LSTM', batch: 64, time: 256, features: 50, units: 16, steps: false },
];

export async function benchRnn(gpu: Gpu, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const name = `rnn ${one.cell} ${one.units}, batch ${one.batch}, length ${one.time}`;
    if (!name.includes(filter)) continue;
    try {
      rows.push({ suite: 'kernels', name, ...(await benchCase(gpu, one)) });
    } catch (error) {
      rows.push({ suite: 'kernels', name, error: String(error) });
    }
  }
  return rows;
}

async function benchCase(gpu: Gpu, one: Case) {
  const { cell, batch, time, features, units } = one;
  const columns = GATES[cell] * units;
  const shapes = [[batch, time, features], [features, columns], [columns], [units, columns], ...(cell === 'GRU' ? [[columns]] : [])];
  const inputs = shapes.map((shape, i) => random(shape, i + 1, i === 1 || i === 3 ? 1 / Math.sqrt(shape[0]) : 1));
  const forward = layer(cell, {});
  const training = gradients(forward);
  await gpu.throttle();

  const quick = compileStep((...given) => forward(given).y);
  const whole = compileStep(training);
  const bySteps = one.steps ? compileStep(gradients(layer(cell, { implementation: 'steps' }))) : null;
  if (bySteps) await expectEqual(whole(...inputs), bySteps(...inputs));

  const peakBefore = (gpu.pool.use.peak = gpu.pool.use.live);
  const timing = await measure(gpu, () => release(whole(...inputs)));
  const peak = gpu.pool.use.peak - peakBefore;
  const forwardTiming = await measure(gpu, () => release(quick(...inputs)), 0.3);
  const stepTiming = bySteps && (await measure(gpu, () => release(bySteps(...inputs)), 0.3));
  const result = {
    ...one,
    ...timing,
    forwardMs: forwardTiming.medianMs,
    firstForwardMs: forwardTiming.firstMs,
    perStepUs: (1000 * timing.minMs) / time,
    stepsMs: stepTiming?.minMs,
    // Of the least times: what else the machine does slows both, but not alike.
    ratio: stepTiming ? stepTiming.minMs / timing.minMs : undefined,
    dispatches: whole.dispatches[0],
    peakBytes: peak,
  };
  for (const step of [quick, whole, bySteps]) step?.dispose();
  return result;
}

/** A layer on [x, wx, b, wh, bh?], the inputs' product included. */
function layer(cell: CellName, options: SequenceOptions): (inputs: readonly Tensor[]) => Sequence {
  return ([x, wx, b, wh, bh]) => {
    const xz = dense(x, wx, b);
    if (cell === 'GRU') return gru(xz, wh, bh, options);
    return cell === 'LSTM' ? lstm(xz, wh, options) : simpleRnn(xz, wh, options);
  };
}

/** The gradients of the last output with respect to all inputs. */
function gradients(forward: (inputs: readonly Tensor[]) => Sequence): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const tape = new GradientTape();
    for (const input of inputs) tape.watch(input);
    return tape.gradient(tape.record(() => forward(inputs).y), inputs) as Tensor[];
  };
}

async function expectEqual(a: readonly Tensor[], b: readonly Tensor[]): Promise<void> {
  for (const [i, tensorA] of a.entries()) {
    const [p, q] = [await tensorA.data(), await b[i].data()];
    let largest = 0;
    for (const value of q) largest = Math.max(largest, Math.abs(value));
    const wrong = p.findIndex((value, j) => !(Math.abs(value - q[j]) <= 1e-4 * largest));
    if (wrong >= 0) throw new Error(`gradient ${i}[${wrong}] is ${p[wrong]}, step by step ${q[wrong]}`);
  }
  release([...a, ...b]);
}

function release(result: Tensor | readonly Tensor[]): void {
  for (const t of [result].flat() as Tensor[]) t.dispose();
}

function random(shape: Shape, seed: number, scale: number): Tensor {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return tensor(new HostArray(Float32Array.from({ length: sizeOf(shape) }, () => scale * (2 * next() - 1)), shape));
}

export function rnnTable(rows: readonly Row[]): string {
  const fixed = (value: unknown, digits = 1): string => (value === undefined ? '' : (value as number).toFixed(digits));
  return table(
    ['recurrent layer, with gradients', 'ms', 'least ms', 'CPU ms', 'forward ms', 'µs per step', 'step by step', 'ratio', 'dispatches', 'first ms'],
    rows.map((row) =>
      row.error
        ? [row.name, row.error, '', '', '', '', '', '', '', '']
        : [
            row.name.replace('rnn ', ''),
            fixed(row.medianMs),
            fixed(row.minMs),
            fixed(row.cpuMs),
            fixed(row.forwardMs),
            fixed(row.perStepUs, 0),
            fixed(row.stepsMs),
            fixed(row.ratio),
            String(row.dispatches),
            fixed(row.firstMs, 0),
          ],
    ),
  );
}
