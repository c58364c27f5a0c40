/** What `compile` makes of a model: its steps, recorded once and replayed. */
import { GradientTape } from '../../engine/autodiff/grad';
import { ValueError } from '../../engine/errors';
import { gpu, init } from '../../engine/gpu/gpu';
import { type CompiledStep, compileStep } from '../../engine/step/compile-step';
import { accumulateTogether } from '../../engine/ops/metric/accumulate-mean';
import { add, cast, div, mul, reshape, sum } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { sameShape, type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Logs } from '../callbacks/callback';
import { type LossLike, lossFrom } from '../losses';
import type { Loss } from '../losses/loss';
import { Mean, type MeanMetric, metricFrom, type MetricLike } from '../metrics';
import { maskOf } from '../core/mask';
import { widened } from '../core/policy';
import { single } from '../core/structure';
import type { Model } from '../models/model';
import { type Optimizer, optimizerFrom, type OptimizerLike } from '../optimizers';
import type { Batch } from './arrays';
import { compilePadded, type PaddedStep } from './buckets';
import { toTypedArray } from '../../engine/tensor/tensor';

export interface CompileConfig {
  /** Default `'rmsprop'`, as in Keras. */
  readonly optimizer?: OptimizerLike;
  readonly loss: LossLike;
  readonly metrics?: readonly MetricLike[];
  /** Whether the optimizer scales the loss if a layer keeps half precision; default true. */
  readonly autoScaleLoss?: boolean;
}

export class Trainer {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly MeanMetric[];
  /** The running loss, weighted by samples. */
  readonly lossMetric = new Mean('loss');
  private readonly steps: readonly (CompiledStep<void> | PaddedStep<void>)[];
  private readonly trainStep: CompiledStep<void>;
  private readonly testStep: CompiledStep<void>;
  /** For sequences of varying length. */
  private readonly trainPaddedStep: PaddedStep<void>;
  private readonly testPaddedStep: PaddedStep<void>;

  constructor(private readonly model: Model, readonly config: CompileConfig) {
    const { optimizer = 'rmsprop', loss, metrics = [], autoScaleLoss = true } = config;
    this.optimizer = optimizerFrom(optimizer);
    if (autoScaleLoss && model.keepsHalf && !this.optimizer.scalesLoss) this.optimizer.scaleLossDynamically();
    this.loss = lossFrom(loss);
    this.metrics = metrics.map(metricFrom);
    const twice = this.metricsNames.find((name, i, names) => names.indexOf(name) < i);
    if (twice) throw new ValueError(`compile: two metrics are named "${twice}"; give one of them another name.`);
    const [x, y] = [model.inputDtype, this.loss.labelDtype];
    this.trainStep = compileStep((x, y, weights?: Tensor) => this.train(x, y, weights), { name: 'trainStep', dtypes: [x, y, 'f32'] });
    this.testStep = compileStep((x, y) => this.test(x, y), { name: 'testStep', dtypes: [x, y] });
    this.trainPaddedStep = compilePadded((x, y, weights?: Tensor) => this.train(x, y, weights), { name: 'trainStep', dtypes: [x, y, 'f32'] });
    this.testPaddedStep = compilePadded((x, y) => this.test(x, y), { name: 'testStep', dtypes: [x, y] });
    this.steps = [this.trainStep, this.testStep, this.trainPaddedStep, this.testPaddedStep];
  }

  get metricsNames(): string[] {
    return ['loss', ...this.metrics.map(({ name }) => name)];
  }

  /** Opens the device, makes weights and arena before the first step is recorded, and checks what it is given. */
  async prepare(batch: Pick<Batch, 'x' | 'y'>): Promise<void> {
    await init();
    this.model.ensureBuilt([null, ...batch.x.shape.slice(1)]);
    this.check(batch);
    if (this.model.trainableWeights.length > 0) this.optimizer.build(this.model.trainableWeights);
  }

  /** Throws if inputs or labels cannot be right. */
  check({ x, y }: Pick<Batch, 'x' | 'y'>): void {
    this.model.checkInputs(x);
    if (!y) throw new ValueError('There are no labels; expected [x, y].');
    const { outputShape } = this.model;
    this.loss.checkLabels(y, outputShape[outputShape.length - 1]);
  }

  /** One training step. */
  trainOn(batch: Batch): void {
    const { x, y, weights } = batch;
    const others = weights ? [y!, weights] : [y!];
    if (this.varies(batch)) this.trainPaddedStep(x, ...others);
    else this.trainStep(x, ...others);
  }

  /** One step of evaluation. */
  testOn(batch: Batch): void {
    const { x, y } = batch;
    if (this.varies(batch)) this.testPaddedStep(x, y!);
    else this.testStep(x, y!);
  }

  /** Dispatches of one step, for each that was captured. */
  get dispatches(): readonly number[] {
    return this.steps.flatMap((step) => step.dispatches);
  }

  private varies({ x, varies = false }: Batch): boolean {
    return varies && this.model.inputLengthVaries && x.shape.length > 1;
  }

  resetMetrics(): void {
    for (const metric of [this.lossMetric, ...this.metrics]) metric.resetState();
  }

  /** The running loss and metrics, in one read. */
  logs(): Promise<Logs> {
    return this.snapshot()();
  }

  /** Takes the running loss and metrics down as they are now; the function waits for them, and is called once. */
  snapshot(): () => Promise<Logs> {
    const all = [this.lossMetric, ...this.metrics];
    const read = gpu().readback.snapshot(all.map(({ state }) => state.value));
    return async () => {
      const states = await read();
      return Object.fromEntries(all.map((metric, i) => [metric.name, metric.resultOf(toTypedArray(states[i], 'f32'))]));
    };
  }

  dispose(): void {
    for (const step of this.steps) step.dispose();
  }

  private train(x: Tensor, y: Tensor, weights?: Tensor): void {
    const tape = new GradientTape();
    const variables = this.model.trainableWeights;
    if (variables.length === 0) throw new ValueError(`fit: model "${this.model.name}" has no trainable weights.`);
    const judged = tape.record(() => this.judge(x, y, true, weights));
    const { losses, slope, penalty } = judged;
    const gradients = penalty
      ? tape.gradient(tape.record(() => add(sum(mul(losses, slope)), this.optimizer.scaleLoss(penalty))), variables)
      : tape.gradient(losses, variables, slope);
    this.optimizer.applyGradients(gradients, variables);
    this.measure(y, judged);
  }

  private test(x: Tensor, y: Tensor): void {
    this.measure(y, this.judge(x, y, false));
  }

  /** The model's predictions, and the loss of each entry before it is reduced. */
  private judge(x: Tensor, y: Tensor, training: boolean, weights?: Tensor): Judgement {
    const yPred = widened(single(this.model.apply(x, { training }), `Model "${this.model.name}"`));
    const penalty = this.penalty();
    const expected = this.entries(y, yPred, yPred.shape.slice(0, -1), training);
    const each = this.loss.call(y, yPred, training && !weights && !penalty ? expected.slope : undefined);
    // A weight per sample counts for all steps of a sequence.
    const losses = weights ? mul(each, reshape(weights, [-1, ...each.shape.slice(1).fill(1)])) : each;
    // A loss of one's own may give another shape.
    const entries = sameShape(losses.shape, expected.slope.shape) ? expected : this.entries(y, yPred, losses.shape, training);
    return { yPred, losses, penalty, ...entries };
  }

  /** How the entries of a loss of this shape count. */
  private entries(y: Tensor, yPred: Tensor, shape: Shape, training: boolean): Entries {
    const mask = maskOf(yPred);
    const unmasked = mask && sameShape(mask.shape, shape) ? cast(mask, 'f32') : undefined;
    const found = this.loss.counted(y);
    const ofLoss = found ? reshape(found, shape) : undefined;
    const counted = unmasked && ofLoss ? mul(unmasked, ofLoss) : (unmasked ?? ofLoss);
    const slope = this.slope(shape, counted);
    return { unmasked, counted, slope: training ? this.optimizer.scaleLoss(slope) : slope };
  }

  /** The reduced loss need not be computed: a mean's gradient is 1/n for each entry that counts. */
  private slope(shape: Shape, counted?: Tensor): Tensor {
    if (this.loss.reduction === 'sum') return counted ?? constant(shape, 1);
    return counted ? div(counted, sum(counted)) : constant(shape, 1 / sizeOf(shape));
  }

  /** The sum of what the model adds to the loss; `null` if that is nothing. */
  private penalty(): Tensor | null {
    const losses = this.model.losses;
    // They belong to this step: nobody may find them on the layers afterwards.
    this.model.clearLosses();
    return losses.length > 0 ? losses.reduce((total, loss) => add(total, loss)) : null;
  }

  private measure(y: Tensor, { yPred, losses, counted, unmasked, penalty }: Judgement): void {
    const reported = this.loss.reduction === 'sum' ? mul(losses, counted ? sum(counted) : losses.size) : losses;
    accumulateTogether(() => {
      this.lossMetric.updateState(penalty ? add(reported, penalty) : reported, counted);
      // What the loss leaves out, metrics see all the same, as in Keras.
      for (const metric of this.metrics) metric.updateState(y, yPred, unmasked);
    });
  }
}

interface Entries {
  /** 1 for the entries that are not masked, where the predictions carry a mask of their shape. */
  readonly unmasked: Tensor | undefined;
  /** 1 for those that count: neither masked nor left out by the loss. */
  readonly counted: Tensor | undefined;
  /** What the gradient of the losses is taken at. */
  readonly slope: Tensor;
}

interface Judgement extends Entries {
  readonly yPred: Tensor;
  /** The loss of each entry. */
  readonly losses: Tensor;
  /** What the model adds to the loss. */
  readonly penalty: Tensor | null;
}

/** Goes up once, when the step is captured, where `fill` would be a dispatch of every step. */
function constant(shape: Shape, value: number): Tensor {
  return tensor(new HostArray(new Float32Array(sizeOf(shape)).fill(value), shape));
}
