/** The base of all optimizers. */
import { ShapeError, ValueError } from '../../engine/errors';
import { gpu } from '../../engine/gpu/gpu';
import type { StepScalar } from '../../engine/gpu/step-slots';
import { Arena, type ArenaRange } from '../../engine/step/arena';
import { formatShape, sameShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';

/** A rate, or a function of the step number (from 0). */
export type LearningRate = number | ((step: number) => number);

export interface OptimizerConfig {
  readonly learningRate?: LearningRate;
  readonly name?: string;
}

export abstract class Optimizer {
  abstract readonly name: string;
  /** May be changed at any time; steps already compiled see the new rate. */
  learningRate: LearningRate;
  /** Steps taken so far. */
  iterations = 0;
  /** Buffers like the parameters' that the method keeps (moments). */
  protected abstract readonly states: number;
  private arena: Arena | null = null;
  private readonly scalars: readonly StepScalar[] = [
    { dtype: 'f32', next: () => this.currentLearningRate },
    { dtype: 'u32', next: () => ++this.iterations },
  ];

  constructor({ learningRate }: OptimizerConfig, defaultRate: number) {
    this.learningRate = learningRate ?? defaultRate;
    if (typeof this.learningRate === 'number' && !(this.learningRate >= 0)) {
      throw new ValueError(`Optimizer: learningRate is ${this.learningRate}; expected a number ≥ 0 or a function of the step.`);
    }
  }

  /** The rate of the coming step. */
  get currentLearningRate(): number {
    return typeof this.learningRate === 'function' ? this.learningRate(this.iterations) : this.learningRate;
  }

  /** Moments, step number and rate, as Keras counts them; 0 before it is built. */
  countParams(): number {
    const size = this.arena?.variables.reduce((sum, variable) => sum + variable.size, 0);
    return size === undefined ? 0 : this.states * size + 2;
  }

  /** Updates one run of parameters; `scalars` are the rate and the step number from 1. */
  protected abstract update(range: ArenaRange, scalars: readonly StepScalar[]): void;

  /** Takes the variables into an arena, side by side, so that one dispatch updates them all. */
  build(variables: readonly Variable[]): void {
    if (this.arena && variables.every((variable) => this.arena!.holds(variable))) return this.arena.gather();
    if (this.arena) {
      throw new ValueError(
        'Optimizer: the variables are not those it was built for. Make a new optimizer for another model, or build it with all variables at once.',
      );
    }
    this.arena = new Arena(variables, this.states);
  }

  /** One step: `gradients[i]` belongs to `variables[i]`; a `null` gradient leaves its variable alone. */
  applyGradients(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length) {
      throw new ValueError(`applyGradients: ${gradients.length} gradients for ${variables.length} variables.`);
    }
    this.build(variables);
    const updated = new Set<Variable>();
    gradients.forEach((gradient, i) => {
      if (!gradient) return;
      const { name, shape } = variables[i];
      if (!sameShape(gradient.shape, shape)) {
        throw new ShapeError(`applyGradients: variable "${name}" is ${formatShape(shape)}; its gradient is ${formatShape(gradient.shape)}.`);
      }
      this.arena!.collect(variables[i], gradient);
      updated.add(variables[i]);
    });
    if (updated.size === 0) {
      throw new ValueError('applyGradients: no variable has a gradient; does the loss depend on them?');
    }
    const scalars = gpu().recorder.ofThisStep(this.scalars);
    for (const range of this.arena!.ranges(updated)) this.update(range, scalars);
  }
}
