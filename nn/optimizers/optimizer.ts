/** The base of all optimizers. */
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { gpu } from '../../engine/gpu/gpu';
import type { StepScalar } from '../../engine/gpu/step-slots';
import type { Bindable } from '../../engine/gpu/storage';
import { mul } from '../../engine/ops';
import { LossScale, type LossScaleState } from '../../engine/ops/update/loss-scale';
import { weightDecay } from '../../engine/ops/update/weight-decay';
import { Arena, type ArenaRange, type RowRange } from '../../engine/step/arena';
import { type PlacedGradient, placesBehind, rowsBehind } from '../../engine/step/row-gradients';
import type { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { applyConstraints } from '../core/constrained';
import { LearningRateSchedule } from '../schedules/schedule';
import { checkClipping, type Clipping, clipGradients, clips } from './clipping';
import { checkedScaling, type LossScaling } from './loss-scaling';

/** A rate, a schedule, or a function of the step number (from 0). */
export type LearningRate = number | LearningRateSchedule | ((step: number) => number);

/** https://keras.io/api/optimizers/ */
export interface OptimizerConfig extends Clipping {
  readonly learningRate?: LearningRate;
  readonly name?: string;
  /** Decoupled weight decay: before each update a weight loses this share of itself times the rate. Default: none. */
  readonly weightDecay?: number | null;
}

export abstract class Optimizer {
  abstract readonly name: string;
  /** Steps taken so far. */
  iterations = 0;
  private rate: LearningRate;
  private arena: Arena | null = null;
  private scaling: Required<LossScaling> | null = null;
  private ownScale: LossScale | null = null;
  private readonly scalars: readonly StepScalar[] = [
    { dtype: 'f32', next: () => this.currentLearningRate },
    { dtype: 'u32', next: () => ++this.iterations },
    ...this.moreScalars(),
  ];

  constructor(private readonly options: OptimizerConfig, defaultRate: number) {
    this.rate = checkedRate(options.learningRate ?? defaultRate);
    checkClipping(options);
    const { weightDecay = null } = options;
    if (weightDecay !== null && !(weightDecay >= 0)) throw new ValueError(`Optimizer: weightDecay is ${weightDecay}; expected a number ≥ 0, or null.`);
  }

  /** May be changed at any time; steps already compiled see the new rate. */
  get learningRate(): LearningRate {
    return this.rate;
  }

  set learningRate(rate: LearningRate) {
    this.rate = checkedRate(rate);
  }

  /**
   * From now on gradients have to be those of `scaleLoss(loss)`; a step in which one of them is not finite is skipped, and the
   * scale halved. Before the first step. `fit` does so by itself where layers store half precision.
   */
  scaleLossDynamically(scaling: LossScaling = {}): this {
    if (this.iterations > 0) throw new ValueError(`scaleLossDynamically: the optimizer has taken ${this.iterations} steps; call it before the first.`);
    [this.scaling, this.ownScale] = [checkedScaling(scaling), null];
    return this;
  }

  /** Whether the loss is scaled. */
  get scalesLoss(): boolean {
    return this.scaling !== null;
  }

  /** What gradients have to be taken of: the loss, or loss scaling's multiple of it. */
  scaleLoss(loss: Tensor): Tensor {
    const { lossScale } = this;
    return lossScale ? mul(loss, lossScale.scale) : loss;
  }

  /** The scale as of now, and how many steps were skipped since `countSteps`; `null` without loss scaling. */
  async lossScaleState(): Promise<LossScaleState | null> {
    return this.lossScale?.read() ?? null;
  }

  /** Where the device keeps that (`lossScaleStateOf` reads it). */
  get lossScaleMemory(): Bindable | null {
    return this.lossScale?.state ?? null;
  }

  /** Goes on from a scale that was saved. */
  restoreLossScale(state: LossScaleState): void {
    this.lossScale?.assign(state);
  }

  /** Takes the steps that loss scaling skipped off `iterations`, which learns of them late. `fit` does so after every epoch. */
  async countSteps(): Promise<void> {
    this.iterations -= (await this.ownScale?.takeSkipped()) ?? 0;
  }

  private get lossScale(): LossScale | null {
    const { scaling } = this;
    return scaling && (this.ownScale ??= new LossScale(scaling.initialScale, scaling.dynamicGrowthSteps));
  }

  /** The rate of the coming step. */
  get currentLearningRate(): number {
    if (typeof this.rate === 'number') return this.rate;
    return typeof this.rate === 'function' ? this.rate(this.iterations) : this.rate.rateAt(this.iterations);
  }

  /** What makes the optimizer again, at the present rate: options by Keras's names in camelCase. */
  getConfig(): Record<string, unknown> {
    const { weightDecay = null, clipnorm = null, globalClipnorm = null, clipvalue = null } = this.options;
    return { ...this.options, name: this.name, learningRate: this.rate, weightDecay, clipnorm, globalClipnorm, clipvalue };
  }

  /** Moments, step number and rate, as Keras counts them; 0 before it is built. */
  countParams(): number {
    const size = this.arena?.variables.reduce((sum, variable) => sum + variable.size, 0);
    return size === undefined ? 0 : this.states.length * size + 2;
  }

  /** The variables that it was built for, in order; none before. */
  get variables(): readonly Variable[] {
    return this.arena?.variables ?? [];
  }

  /** What the method keeps of one of its variables (moments), in the order of `states`: the optimizer's own memory. */
  statesOf(variable: Variable): readonly Bindable[] {
    return this.states.map((_, index) => this.arena!.state(variable, index));
  }

  /** To be called when what `statesOf` gives has been overwritten: updates by row have to know the rows that are not 0. */
  statesWritten(variable: Variable, values: readonly HostArray[]): void {
    if (!this.arena?.keepsRows(variable)) return;
    const [rows] = variable.shape;
    const width = variable.size / rows;
    const inUse = (row: number): boolean => values.some(({ data }) => data.subarray(row * width, (row + 1) * width).some((value) => value !== 0));
    this.arena.touchedRows(variable).assign(Array.from({ length: rows }, (_, row) => row).filter(inUse));
  }

  /** The buffers like the parameters' that the method keeps (moments): what each is filled with at first. */
  protected abstract get states(): readonly number[];

  /** Updates one run of parameters; `scalars` are the rate, the step number from 1, and `moreScalars`. */
  protected abstract update(range: ArenaRange, scalars: readonly StepScalar[]): void;

  /**
   * Whether `updateRows` does the same as `update` for tables whose gradients come by row; only for methods that leave a row alone
   * as long as its gradients are 0.
   */
  protected get updatesRows(): boolean {
    return false;
  }

  /** Updates the rows of a table that ever had a gradient. */
  protected updateRows(_table: RowRange, _scalars: readonly StepScalar[]): void {}

  /** Clipping and loss scaling look at all gradients before the update. */
  private get wantsWholeGradients(): boolean {
    return clips(this.options) || this.scaling !== null;
  }

  /** Decay reaches every row. */
  private get byRow(): boolean {
    return this.updatesRows && !this.options.weightDecay && !this.wantsWholeGradients;
  }

  /** Whether `update` takes a range with a `table`. */
  protected get takesTable(): boolean {
    return false;
  }

  /** The places behind a gradient, where `update` can go back to them. */
  private placesOf(gradient: Tensor): PlacedGradient | null {
    return this.takesTable && !this.wantsWholeGradients && gradient.shape[1] % 4 === 0 ? placesBehind(gradient) : null;
  }

  /** Further numbers that change from step to step; asked for in order, when `iterations` counts the coming step already. */
  protected moreScalars(): readonly StepScalar[] {
    return [];
  }

  /** Takes the variables into an arena, side by side, so that one dispatch updates them all. */
  build(variables: readonly Variable[]): void {
    if (this.arena && variables.every((variable) => this.arena!.holds(variable))) return this.arena.gather();
    if (this.arena) {
      throw new ValueError(
        'Optimizer: the variables are not those it was built for. Make a new optimizer for another model, or build it with all variables at once.',
      );
    }
    for (const { name, dtype } of variables) {
      if (dtype !== 'f32') throw new DtypeError(`Optimizer: variable "${name}" is ${dtype}; expected f32. Keep weights in f32 and cast what is computed from them.`);
    }
    // Clipped gradients get a buffer of their own: those that were handed in stay as they are.
    this.arena = new Arena(variables, clips(this.options) ? [...this.states, 0] : this.states);
  }

  /** One step: `gradients[i]` belongs to `variables[i]`; a `null` gradient leaves its variable alone. */
  applyGradients(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length) {
      throw new ValueError(`applyGradients: ${gradients.length} gradients for ${variables.length} variables.`);
    }
    this.build(variables);
    const arena = this.arena!;
    const updated = new Set<Variable>();
    const tables: RowRange[] = [];
    const placed = new Map<Variable, PlacedGradient>();
    gradients.forEach((gradient, i) => {
      if (!gradient) return;
      const { name, shape } = variables[i];
      if (!sameShape(gradient.shape, shape)) {
        throw new ShapeError(`applyGradients: variable "${name}" is ${formatShape(shape)}; its gradient is ${formatShape(gradient.shape)}.`);
      }
      const byRow = this.byRow && arena.keepsRows(variables[i]);
      const rows = byRow ? rowsBehind(gradient) : null;
      if (rows) return tables.push(arena.rows(variables[i], rows));
      if (byRow) arena.touchedRows(variables[i]).addAll();
      updated.add(variables[i]);
      const places = placed.size === 0 ? this.placesOf(gradient) : null;
      if (places) placed.set(variables[i], places);
      else arena.collect(variables[i], gradient);
    });
    if (updated.size + tables.length === 0) {
      throw new ValueError('applyGradients: no variable has a gradient; does the loss depend on them?');
    }
    const scalars = gpu().recorder.ofThisStep(this.scalars);
    for (const table of tables) this.updateRows(table, scalars);
    const ranges = arena.ranges(updated, placed);
    const { weightDecay: decay } = this.options;
    const { lossScale } = this;
    lossScale?.unscale(ranges);
    const clipped = clips(this.options) ? clipGradients(ranges, this.options) : ranges;
    const update = (): void => {
      for (const range of clipped) {
        if (decay) weightDecay(range, scalars, decay);
        this.update(range, scalars);
      }
    };
    if (lossScale) lossScale.guard(scalars, update);
    else update();
    applyConstraints(variables);
  }
}

function checkedRate(rate: LearningRate): LearningRate {
  if (typeof rate === 'function' || rate instanceof LearningRateSchedule || rate >= 0) return rate;
  throw new ValueError(`Optimizer: learningRate is ${String(rate)}; expected a number ≥ 0, a schedule, or a function of the step.`);
}
