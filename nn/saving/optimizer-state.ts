/** An optimizer's state as Keras orders it: step number, rate, then the moments of all variables. */
import { DataError } from '../../engine/errors';
import { gpu } from '../../engine/gpu/gpu';
import type { Bindable } from '../../engine/gpu/storage';
import { lossScaleStateOf } from '../../engine/ops/update/loss-scale';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Variable } from '../../engine/tensor/variable';
import { Adam, Nadam, type Optimizer, RMSprop } from '../optimizers';
import type { Model } from '../models/model';
import type { Stored, StoredGroup, StoredReader } from './stored';

const GROUP = 'optimizer/vars';
/** Where Keras's LossScaleOptimizer has what it wraps, which it lists after its own numbers, too. */
const INNER = 'optimizer/inner_optimizer/vars';

/** One moment of one variable. */
interface Moment {
  readonly variable: Variable;
  readonly memory: Bindable;
}

/**
 * Keras makes the moments kind by kind, each for all variables; where an optimizer makes several kinds at once
 * (Adam), they come side by side for each variable.
 */
function moments(optimizer: Optimizer): Moment[] {
  const { variables } = optimizer;
  return stateGroups(optimizer).flatMap((group) =>
    variables.flatMap((variable) => {
      const memory = optimizer.statesOf(variable);
      return group.map((index) => ({ variable, memory: memory[index] }));
    }),
  );
}

/** Indices of the states in the order of the file: those in one group are made at once. */
function stateGroups(optimizer: Optimizer): readonly (readonly number[])[] {
  const [first] = optimizer.variables;
  const count = first ? optimizer.statesOf(first).length : 0;
  // Adam's third, of amsgrad, comes after the pairs.
  if (optimizer instanceof Adam && count === 3) return [[0, 1], [2]];
  if (optimizer instanceof RMSprop && count === 3) {
    // Our kernel has mean square, mean gradient, momentum; Keras the first, then momentum and mean gradient where it needs them.
    const { momentum, centered } = optimizer.getConfig();
    return [[0], ...(momentum ? [[2]] : []), ...(centered ? [[1]] : [])];
  }
  return [Array.from({ length: count }, (_, i) => i)];
}

/** The groups of an optimizer; none before the first step. One that keeps no moments may have come from a file, with its step number only. */
export async function optimizerGroups(optimizer: Optimizer): Promise<readonly (readonly [path: string, StoredGroup])[]> {
  if (optimizer.variables.length === 0 && optimizer.iterations === 0) return [];
  const kept = moments(optimizer);
  const { lossScaleMemory, name } = optimizer;
  const counted = optimizer.iterations;
  const buffers = await gpu().readback.read([...kept.map(({ memory }) => memory), ...(lossScaleMemory ? [lossScaleMemory] : [])]);
  const scaling = lossScaleMemory && lossScaleStateOf(buffers.pop()!);
  const rate = optimizer.learningRate;
  const arrays: Stored[] = [BigInt(counted - (scaling?.skipped ?? 0))];
  // A schedule is no number to keep.
  if (typeof rate === 'number') arrays.push(number(rate));
  const own = scaling ? [...arrays, BigInt(scaling.goodSteps), number(scaling.scale)] : [];
  kept.forEach(({ variable }, i) => arrays.push(new HostArray(new Float32Array(buffers[i]), variable.shape)));
  // It follows from the step number; Keras keeps it.
  if (optimizer instanceof Nadam) arrays.push(number(optimizer.momentumProduct));
  if (!scaling) return [[GROUP, { name, arrays }]];
  return [[GROUP, { name: 'loss_scale_optimizer', arrays: [...own, ...arrays] }], [INNER, { name, arrays }]];
}

function number(value: number): HostArray {
  return new HostArray(Float32Array.of(value), []);
}

/** Reads the state of a model's optimizer; what it returns sets it, once everything was found to fit. */
export function readOptimizer(model: Model, reader: StoredReader, where: string): (() => void) | null {
  const { compiled } = model;
  const group = reader.has(INNER) ? INNER : GROUP;
  const count = reader.has(group) ? reader.count(group) : 0;
  if (!compiled || count === 0) return null;
  const { optimizer } = compiled;
  const first = typeof optimizer.learningRate === 'number' ? 2 : 1;
  const iterations = reader.scalar(group, 0);
  const scaling = group === INNER ? { goodSteps: reader.scalar(GROUP, first), scale: reader.array(GROUP, first + 1, []).data[0], skipped: 0 } : null;
  if (scaling && !(scaling.scale > 0 && Number.isSafeInteger(scaling.goodSteps) && scaling.goodSteps >= 0)) {
    throw new DataError(`${where}: the loss scale is ${scaling.scale} after ${scaling.goodSteps} good steps.`);
  }
  if (!Number.isSafeInteger(iterations) || iterations < 0) throw new DataError(`${where}: the optimizer's step number is ${iterations}.`);
  // Keras writes an optimizer that never took a step, too.
  if (count <= first && optimizer.variables.length === 0) return () => void (optimizer.iterations = iterations);
  optimizer.build(model.trainableWeights);
  const kept = moments(optimizer);
  const expected = first + kept.length + (optimizer instanceof Nadam ? 1 : 0);
  if (count !== expected) {
    throw new DataError(
      `${where}: the optimizer's state has ${count} arrays; a ${optimizer.name} for ${optimizer.variables.length} variables has ${expected}. ` +
        'Was it compiled with another optimizer?',
    );
  }
  const values = kept.map(({ variable }, i) => reader.array(group, first + i, variable.shape));
  return () => {
    optimizer.iterations = iterations;
    if (scaling) optimizer.restoreLossScale(scaling);
    kept.forEach(({ memory }, i) => write(memory, values[i]));
    for (const variable of optimizer.variables) optimizer.statesWritten(variable, values.filter((_, i) => kept[i].variable === variable));
  };
}

function write(memory: Bindable, values: HostArray): void {
  const source = tensor(values);
  gpu().recorder.copy(source, memory);
  source.dispose();
}
