/** A layer that can be trained: compile, fit, evaluate, predict, summary. */
import { ShapeError, ValueError } from '../../engine/errors';
import { zeros } from '../../engine/tensor/create';
import type { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import { Layer } from '../core/layer';
import { formatShapes, type PartialShape, shapeList, type Shapes, singleShape, type Tensors, toList } from '../core/structure';
import type { GraphNode, SymbolicTensor } from '../core/symbolic';
import type { Optimizer } from '../optimizers';
import type { InputLike } from '../training/arrays';
import { type InputDataset, labelled, type LabelledData } from '../training/batches';
import { evaluate, type EvaluateOptions } from '../training/evaluate';
import { fit, type FitOptions } from '../training/fit';
import type { History } from '../training/history';
import { predict, type PredictOptions } from '../training/predict';
import { type CompileConfig, Trainer } from '../training/trainer';
import { loadWeights, saveModel, saveWeights } from '../saving/save';
import { summary, type SummaryOptions } from './summary';

/** How the layers of a functional model hang together. */
export interface ModelGraph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
  /** Each after those it takes from. */
  readonly nodes: readonly GraphNode[];
}

export abstract class Model extends Layer {
  override readonly halfInputs = 'any';
  /** Set by a callback (or Ctrl-C) to end training after the running step. */
  stopTraining = false;
  #trainer: Trainer | null = null;

  /** How the layers hang together: one after the other, or as a graph; `null` where only code knows (`call` of a subclass). */
  get graph(): ModelGraph | 'chain' | null {
    return null;
  }

  /** The layers, in order. */
  get layers(): readonly Layer[] {
    return this.sublayers;
  }

  /** The layers with the shapes of their outputs, for the summary; `null` where that is not known yet. */
  layerShapes(): readonly (readonly [Layer, Shapes | null])[] {
    if (this.graph !== 'chain') return this.layers.map((layer) => [layer, layer.builtShape && layer.computeOutputShape(layer.builtShape)] as const);
    let shape: Shapes | null = this.builtShape ?? this.inputShape;
    return this.layers.map((layer) => [layer, (shape = shape && layer.computeOutputShape(shape))] as const);
  }

  /** Where the inputs of each layer come from (`dense[0][0]`), for the summary; `null` for layers one after the other. */
  connections(): ReadonlyMap<Layer, readonly string[]> | null {
    return null;
  }

  /** Of a class of one's own, which need not tell: found by a call on zeros, which makes the weights too, as Keras does. */
  override computeOutputShape(inputShape: Shapes): Shapes {
    const given = shapeList(inputShape);
    if (given.some((shape) => shape.slice(1).includes(null))) {
      throw new ShapeError(
        `Model "${this.name}": what it makes of ${formatShapes(inputShape)} cannot be found by trying, as a size is not known. Define computeOutputShape in its class.`,
      );
    }
    return scope(() => {
      const inputs = given.map(([, ...sample]) => zeros([1, ...(sample as number[])], this.inputDtype));
      const outputs = toList(this.apply(inputs.length === 1 ? inputs[0] : inputs) as Tensors);
      const shapes = outputs.map(({ shape }): PartialShape => [null, ...shape.slice(1)]);
      return shapes.length === 1 ? shapes[0] : shapes;
    });
  }

  /** The output's shape with the batch, once the model knows its input's. */
  get outputShape(): PartialShape {
    const input = this.builtShape ?? this.inputShape;
    if (!input) throw new ValueError(`Model "${this.name}" does not know its input shape yet: give its first layer an inputShape.`);
    return singleShape(this.computeOutputShape(input), `Model "${this.name}"`);
  }

  /** Whether sequences may be longer in one batch than in another: axis 1 of what goes to the device is not fixed. */
  get inputLengthVaries(): boolean {
    return this.inputShape?.[1] === null;
  }

  /** What `compile` was given, and the optimizer's state; `null` before. */
  get compiled(): Trainer | null {
    return this.#trainer;
  }

  get optimizer(): Optimizer {
    return this.trainer('optimizer').optimizer;
  }

  /** Numbers that the optimizer keeps, as Keras counts them; 0 before training. */
  get optimizerParams(): number {
    return this.#trainer?.optimizer.countParams() ?? 0;
  }

  /** `['loss', …metrics]`, the order in which `evaluate` returns them. */
  get metricsNames(): string[] {
    return this.trainer('metricsNames').metricsNames;
  }

  /** Sets loss, optimizer and metrics, by name or as objects. https://keras.io/api/models/model_training_apis/ */
  compile(config: CompileConfig): void {
    this.#trainer?.dispose();
    this.#trainer = new Trainer(this, config);
  }

  /**
   * Trains on samples along the first axis of `x` and their labels `y`, or on a dataset of batches [x, y] or
   * [x, y, weights]. Ctrl-C ends it after the running step.
   */
  async fit(...given: LabelledData<FitOptions>): Promise<History> {
    const [x, y, options] = labelled(given);
    return fit(this, this.trainer('fit'), x, y, options);
  }

  /** `[loss, …metrics]` on the same kinds of data; `metricsNames` says which is which. */
  async evaluate(...given: LabelledData<EvaluateOptions>): Promise<number[]> {
    const [x, y, options] = labelled(given);
    return Object.values(await evaluate(this, this.trainer('evaluate'), x, y, options));
  }

  /** The outputs for all samples of `x`, in order; of a dataset's tuples, x is the first part. */
  async predict(x: InputLike | InputDataset, options: PredictOptions = {}): Promise<HostArray> {
    return predict(this, x, options);
  }

  /**
   * Writes a `.keras` file, which Keras 3 reads too: architecture, weights, what `compile` was given, the optimizer's
   * state. A reader, or a crash at any moment, finds the file as it was before or the whole new one.
   */
  async save(path: string): Promise<void> {
    return saveModel(this, path);
  }

  /** Writes weights and the optimizer's state to a file that ends in `.weights.h5` (Keras's) or `.safetensors`. */
  async saveWeights(path: string): Promise<void> {
    return saveWeights(this, path);
  }

  /** Reads what `saveWeights` (or Keras's save_weights) wrote of a model of the same layers. If a part does not fit, nothing changes. */
  async loadWeights(path: string): Promise<void> {
    return loadWeights(this, path);
  }

  /** Prints the table of layers, output shapes and parameters. */
  summary(options: SummaryOptions = {}): void {
    summary(this, options);
  }

  override ensureBuilt(inputShape: Shapes): void {
    // What was built for texts is given their numbers.
    if (this.preparesInputs && this.built) return;
    const declared: Shapes | null = this.inputShape;
    if (declared && !matches(declared, inputShape)) {
      throw new ShapeError(`Model "${this.name}" takes inputs of shape ${formatShapes(declared)}; got ${formatShapes(inputShape)}.`);
    }
    super.ensureBuilt(declared ?? inputShape);
  }

  private trainer(method: string): Trainer {
    if (!this.#trainer) throw new ValueError(`Model "${this.name}": call compile({ optimizer, loss, metrics }) before ${method}.`);
    return this.#trainer;
  }
}

function matches(declared: Shapes, given: Shapes): boolean {
  const [wanted, shapes] = [shapeList(declared), shapeList(given)];
  const fits = (shape: PartialShape, other: PartialShape): boolean =>
    shape.length === other.length && shape.every((n, i) => n === null || other[i] === null || n === other[i]);
  return wanted.length === shapes.length && wanted.every((shape, i) => fits(shape, shapes[i]));
}
