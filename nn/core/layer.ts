/** The base of all layers: weights, building on first use, applying with checks. */
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { div } from '../../engine/ops';
import { asTensor, tensor, type TensorLike } from '../../engine/tensor/create';
import type { Dtype, FloatDtype } from '../../engine/tensor/dtype';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape, sizeOf } from '../../engine/tensor/shape';
import { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { constraintFrom } from '../constraints';
import { type Initializer, initializerFrom } from '../initializers';
import { type Regularizer, regularizerFrom, type RegularizerLike } from '../regularizers';
import { constrain } from './constrained';
import type { CallContext, CallOptions, LayerConfig, WeightSpec } from './layer-options';
import { maskOf, setMask } from './mask';
import { automaticName } from './names';
import { checkedPolicy, computeDtype, type DtypePolicy, globalPolicy, widened } from './policy';
import { StringArray } from './string-array';
import { formatShapes, type PartialShape, shapeList, type Shapes, type Tensors, toList } from './structure';
import { plan, SymbolicTensor } from './symbolic';
import { spendWeights } from './weight-budget';

export type { CallContext, CallOptions, LayerConfig, WeightSpec } from './layer-options';
export type { PartialShape, Shapes, Tensors } from './structure';

let training = false;
/** How many layers are being applied, one inside the other. */
let depth = 0;

export abstract class Layer {
  readonly name: string;
  /** Whether a mask passes through. */
  readonly supportsMasking: boolean = false;
  /**
   * What becomes of inputs in half precision: `widened`, for a `call` that does not know it; `kept`, for one that gives what it gets,
   * unless the layer's results are to be in single precision; `any`, for one that takes both and sees to its results itself.
   */
  readonly halfInputs: 'widened' | 'kept' | 'any' = 'widened';
  /** In which precision results are kept. */
  readonly dtypePolicy: DtypePolicy;
  private readonly declaredShape: PartialShape | null;
  private ownTrainable: boolean;
  private readonly ownWeights: Variable[] = [];
  private readonly regularized: (readonly [Variable, Regularizer])[] = [];
  private readonly activityRegularizer: RegularizerLike | undefined;
  private addedLosses: Tensor[] = [];
  private builtFor: Shapes | null = null;

  constructor({ name, inputShape, trainable = true, dtype = globalPolicy(), activityRegularizer }: LayerConfig = {}) {
    this.name = name ?? automaticName(new.target.name.replace(/^_/, ''));
    this.dtypePolicy = checkedPolicy(dtype, `Layer "${this.name}"`);
    this.declaredShape = inputShape === undefined ? null : [null, ...checkedSizes(inputShape, this.name)];
    this.ownTrainable = trainable;
    this.activityRegularizer = activityRegularizer;
    regularizerFrom(activityRegularizer);
  }

  /** The declared shape of inputs, batch included. */
  get inputShape(): PartialShape | null {
    return this.declaredShape;
  }

  /** What inputs are converted to on their way to the device. */
  get inputDtype(): Dtype {
    return 'f32';
  }

  /** What the results of the layer's products are kept in. */
  protected get computeDtype(): FloatDtype {
    return computeDtype(this.dtypePolicy);
  }

  /** Makes the weights for inputs of this shape (batch included). Layers without weights need not override it. */
  build(_inputShape: Shapes): void {}

  /** The computation, in ops. Most layers narrow the types to one tensor in and one out. */
  abstract call(inputs: Tensors, context: CallContext): Tensors;

  /** The output's shape for an input's, both with the batch. */
  computeOutputShape(inputShape: Shapes): Shapes {
    return inputShape;
  }

  /** The mask of the output (of the first, if there are several). */
  computeMask(_inputs: Tensors, mask: Tensor | null): Tensor | null {
    return this.supportsMasking ? mask : null;
  }

  /** Whether `prepare` does something: then inputs to it and to `call` differ. */
  get preparesInputs(): boolean {
    return false;
  }

  /** A batch on the host as it goes up to the device. Layers that work on the host do so here (see HostLayer). */
  prepare(inputs: HostArray | StringArray): HostArray {
    if (inputs instanceof HostArray) return inputs;
    throw new DtypeError(`Layer "${this.name}" takes numbers; got texts. A TextVectorization layer before it makes numbers of them.`);
  }

  /** Throws if host inputs cannot be right (ids past a table); called once before training, on all of them. */
  checkInputs(_inputs: HostArray): void {}

  /** What makes the layer again, without its weights. */
  getConfig(): Record<string, unknown> {
    const inputShape = this.declaredShape?.slice(1);
    const { name, ownTrainable: trainable, activityRegularizer, dtypePolicy: dtype } = this;
    return { name, trainable, ...(inputShape && { inputShape }), ...(activityRegularizer && { activityRegularizer }), ...(dtype !== 'float32' && { dtype }) };
  }

  /** The layer's output for a batch, or planned for a symbolic tensor. Builds the layer on first use. */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[], options?: CallOptions): SymbolicTensor;
  apply(inputs: TensorLike | StringArray | readonly (Tensor | HostArray)[], options?: CallOptions): ReturnType<this['call']>;
  apply(
    inputs: TensorLike | StringArray | readonly (Tensor | HostArray)[] | SymbolicTensor | readonly SymbolicTensor[],
    options: CallOptions = {},
  ): unknown {
    const list = toList(inputs as SymbolicTensor | readonly SymbolicTensor[]);
    if (list[0] instanceof SymbolicTensor) {
      const shapes = list.map(({ shape }) => shape);
      const shape = shapes.length === 1 ? shapes[0] : shapes;
      this.ensureBuilt(shape);
      return plan(this, list, this.computeOutputShape(shape), list[0].dtype);
    }
    const several = Array.isArray(inputs) && inputs.some((x) => x instanceof Tensor || x instanceof HostArray);
    const x = several ? (inputs as (Tensor | HostArray)[]).map((one) => this.toTensor(one)) : this.toTensor(inputs as TensorLike | StringArray);
    const shapes = toList(x).map(({ shape }) => [null, ...shape.slice(1)]);
    this.ensureBuilt(several ? shapes : shapes[0]);
    const before = training;
    training = options.training ?? training;
    if (depth === 0) this.clearLosses();
    depth++;
    try {
      const mask = options.mask ?? maskOf(toList(x)[0]);
      const half = this.halfInputs === 'any' || (this.halfInputs === 'kept' && this.computeDtype === 'f16');
      const y = this.call(half ? x : single(x), { training, mask });
      this.penalizeActivity(y);
      setMask(toList(y)[0], this.computeMask(x, mask));
      return y;
    } finally {
      depth--;
      training = before;
    }
  }

  /**
   * What is added to the loss, in scalars: penalties on trained weights, then what the layers found in the last `apply`.
   * `fit` and `evaluate` add them; a loop of one's own has to. https://keras.io/api/losses/#the-addloss-api
   */
  get losses(): readonly Tensor[] {
    return [...this.weightPenalties, ...this.foundLosses];
  }

  /** Adds a scalar to the loss; for `call`. */
  protected addLoss(loss: Tensor): void {
    this.addedLosses.push(loss);
  }

  /** Forgets what was added to the loss in the last `apply`. */
  clearLosses(): void {
    for (const layer of this.family) layer.addedLosses = [];
  }

  private get weightPenalties(): Tensor[] {
    const trained = [...this.family].flatMap(({ regularized }) => regularized.filter(([{ trainable }]) => trainable));
    return trained.map(([weight, regularizer]) => regularizer.call(weight.value));
  }

  private get foundLosses(): Tensor[] {
    return [...this.family].flatMap(({ addedLosses }) => addedLosses);
  }

  /** The layer and all inside it, each once, also if it is used in several places. */
  private get family(): ReadonlySet<Layer> {
    const found = new Set<Layer>([this]);
    for (const layer of found) for (const inner of layer.sublayers) found.add(inner);
    return found;
  }

  /** Whether it, or a layer inside it, keeps results in half precision. */
  get keepsHalf(): boolean {
    return [...this.family].some(({ dtypePolicy }) => computeDtype(dtypePolicy) === 'f16');
  }

  private penalizeActivity(y: Tensors): void {
    const regularizer = regularizerFrom(this.activityRegularizer);
    if (regularizer) for (const output of toList(y)) this.addLoss(div(regularizer.call(widened(output)), output.shape[0] ?? 1));
  }

  protected toTensor(value: TensorLike | StringArray): Tensor {
    if (value instanceof HostArray || value instanceof StringArray) return tensor(this.prepare(value), this.inputDtype);
    return Array.isArray(value) ? tensor(value as NestedArray, this.inputDtype) : asTensor(value as TensorLike);
  }

  /** Builds the layer, or checks that it was built for inputs like these. */
  ensureBuilt(inputShape: Shapes): void {
    if (!this.builtFor) {
      this.build(inputShape);
      this.builtFor = inputShape;
    } else if (this.weights.length > 0 && !this.accepts(inputShape)) {
      throw new ShapeError(
        `Layer "${this.name}" was built for inputs of shape ${formatShapes(this.builtFor)}; got ${formatShapes(inputShape)}.`,
      );
    }
  }

  get built(): boolean {
    return this.builtFor !== null;
  }

  /** The shape (batch included) that the layer was built for. */
  get builtShape(): Shapes | null {
    return this.builtFor;
  }

  /** Layers inside this one, found among its properties in the order of their assignment. */
  get sublayers(): readonly Layer[] {
    return Object.values(this).flat().filter((value): value is Layer => value instanceof Layer);
  }

  /** All weights, those of inner layers included. */
  get weights(): readonly Variable[] {
    return [...new Set([...this.ownWeights, ...this.sublayers.flatMap(({ weights }) => weights)])];
  }

  get trainableWeights(): readonly Variable[] {
    return this.weights.filter(({ trainable }) => trainable);
  }

  get nonTrainableWeights(): readonly Variable[] {
    return this.weights.filter(({ trainable }) => !trainable);
  }

  /** Keras's other name for `trainableWeights`. */
  get trainableVariables(): readonly Variable[] {
    return this.trainableWeights;
  }

  /** Whether optimizers update the weights; setting it reaches the inner layers too. */
  get trainable(): boolean {
    return this.ownTrainable;
  }

  set trainable(trainable: boolean) {
    this.ownTrainable = trainable;
    for (const weight of this.ownWeights) weight.trainable = trainable && !this.fixed.has(weight);
    for (const layer of this.sublayers) layer.trainable = trainable;
  }

  countParams(): number {
    return this.weights.reduce((sum, { size }) => sum + size, 0);
  }

  /** The weights' values, in order. */
  async getWeights(): Promise<HostArray[]> {
    return Promise.all(this.weights.map((weight) => weight.read()));
  }

  /** Sets all weights, in order. */
  setWeights(values: readonly HostArray[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      throw new ValueError(`Layer "${this.name}" has ${weights.length} weights; setWeights got ${values.length}.`);
    }
    // All are checked before the first one changes.
    weights.forEach(({ name, shape }, i) => {
      if (sameShape(values[i].shape, shape)) return;
      throw new ShapeError(`Layer "${this.name}": weight ${i}, "${name}", is ${formatShape(shape)}; setWeights got ${formatShape(values[i].shape)}.`);
    });
    weights.forEach((weight, i) => weight.assign(values[i]));
  }

  /** Makes a weight; for `build`. */
  protected addWeight({ name, shape, initializer = 'glorotUniform', trainable = true, ...rules }: WeightSpec): Variable {
    spendWeights(this.name, shape);
    const make: Initializer = initializerFrom(initializer);
    const values = new HostArray(make(shape), shape);
    const weight = new Variable(tensor(values), `${this.name}/${name}`, trainable && this.ownTrainable);
    if (!trainable) this.fixed.add(weight);
    this.ownWeights.push(weight);
    const [regularizer, constraint] = [regularizerFrom(rules.regularizer), constraintFrom(rules.constraint)];
    if (regularizer) this.regularized.push([weight, regularizer]);
    if (constraint) constrain(weight, constraint);
    return weight;
  }

  /** Weights that are never trained (running averages). */
  private readonly fixed = new Set<Variable>();

  private accepts(inputShape: Shapes): boolean {
    const given = shapeList(inputShape);
    const built = shapeList(this.builtFor!);
    const fits = (shape: PartialShape, wanted: PartialShape): boolean =>
      shape.length === wanted.length && wanted.every((n, i) => n === null || shape[i] === null || n === shape[i] || !this.fixedAxis(i, wanted.length));
    return given.length === built.length && given.every((shape, i) => fits(shape, built[i]));
  }

  /** Whether the weights depend on the size of this axis; by default only on the last one. */
  protected fixedAxis(axis: number, rank: number): boolean {
    return axis === rank - 1;
  }
}

function single(x: Tensors): Tensors {
  return x instanceof Tensor ? widened(x) : x.map(widened);
}

function checkedSizes(inputShape: PartialShape, name: string): PartialShape {
  const valid = Array.isArray(inputShape) && inputShape.every((n) => n === null || (Number.isInteger(n) && n > 0));
  if (valid) return inputShape;
  throw new ShapeError(
    `Layer "${name}": inputShape is ${JSON.stringify(inputShape)}; expected the sizes of one sample without the batch, such as [28, 28], null where unknown.`,
  );
}

/** Elements of one sample, or `null` if a size is unknown. */
export function sampleSize(shape: PartialShape): number | null {
  const sample = shape.slice(1);
  return sample.includes(null) ? null : sizeOf(sample as number[]);
}
