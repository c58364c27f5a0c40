import { unknownName } from '../../../engine/errors';
import { add, concat, mul } from '../../../engine/ops';
import type { Tensor } from '../../../engine/tensor/tensor';
import { type CallContext, Layer, type LayerConfig } from '../../core/layer';
import { type PartialShape, shapeList, type Shapes, type Tensors, toList } from '../../core/structure';
import type { Recurrent } from './recurrent';

/** How the outputs of the two directions become one; `null` leaves them as two. */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave' | null;

export interface BidirectionalConfig extends LayerConfig {
  /** SimpleRNN, LSTM or GRU; it is copied for both directions. */
  readonly layer: Recurrent;
  /** Default `'concat'`, along the last axis. */
  readonly mergeMode?: MergeMode;
}

const merges: Record<Exclude<MergeMode, null>, (forward: Tensor, backward: Tensor) => Tensor> = {
  concat: (forward, backward) => concat([forward, backward], -1),
  sum: add,
  mul,
  ave: (forward, backward) => mul(add(forward, backward), 0.5),
};

/**
 * A recurrent layer in both directions (Schuster & Paliwal 1997).
 * https://keras.io/api/layers/recurrent_layers/bidirectional/
 */
export class Bidirectional extends Layer {
  override readonly supportsMasking = true;
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;

  constructor(private readonly config: BidirectionalConfig) {
    super({ inputShape: config.layer.inputShape?.slice(1), ...config });
    const { layer, mergeMode } = config;
    if (mergeMode !== undefined && mergeMode !== null && !(mergeMode in merges)) {
      throw unknownName('mergeMode of Bidirectional', mergeMode, Object.keys(merges));
    }
    this.forwardLayer = copyOf(layer, 'forward', false);
    this.backwardLayer = copyOf(layer, 'backward', true);
  }

  /** What was given, and copied for both directions. */
  get layer(): Recurrent {
    return this.config.layer;
  }

  private get mergeMode(): MergeMode {
    return this.config.mergeMode === undefined ? 'concat' : this.config.mergeMode;
  }

  override build(inputShape: Shapes): void {
    const shape = shapeList(inputShape)[0];
    this.forwardLayer.ensureBuilt(shape);
    this.backwardLayer.ensureBuilt(shape);
  }

  override ensureBuilt(inputShape: Shapes): void {
    super.ensureBuilt(shapeList(inputShape)[0]);
  }

  /** Inputs after the first are the initial states: of the forward layer, then of the backward layer. */
  override call(inputs: Tensors, { training, mask }: CallContext): Tensors {
    const [x, ...states] = toList(inputs);
    const half = states.length / 2;
    const run = (layer: Recurrent, initial: readonly Tensor[]): readonly Tensor[] =>
      toList(layer.apply(initial.length > 0 ? [x, ...initial] : x, { training, mask }));
    const [forward, ...forwardStates] = run(this.forwardLayer, states.slice(0, half));
    const [backward, ...backwardStates] = run(this.backwardLayer, states.slice(half));
    const merged = this.mergeMode === null ? [forward, backward] : [merges[this.mergeMode](forward, backward)];
    const outputs = [...merged, ...forwardStates, ...backwardStates];
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  override computeMask(inputs: Tensors, mask: Tensor | null): Tensor | null {
    return this.forwardLayer.computeMask(inputs, mask);
  }

  override computeOutputShape(inputShape: Shapes): Shapes {
    const [y, ...states] = shapeList(this.forwardLayer.computeOutputShape(shapeList(inputShape)[0]));
    const both: PartialShape[] =
      this.mergeMode === null ? [y, y]
      : this.mergeMode === 'concat' ? [[...y.slice(0, -1), 2 * y[y.length - 1]!]]
      : [y];
    const outputs = [...both, ...states, ...states];
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  override getConfig(): Record<string, unknown> {
    const { layer } = this.config;
    return { ...super.getConfig(), mergeMode: this.mergeMode, layer: { layer: layer.constructor.name, config: layer.getConfig() } };
  }
}

/** The same layer with weights of its own, forwards or backwards; masked steps of a sequence give 0, as in Keras. */
function copyOf(layer: Recurrent, direction: string, backwards: boolean): Recurrent {
  const { goBackwards = false, returnSequences = false } = layer.config;
  const make = layer.constructor as new (config: Recurrent['config']) => Recurrent;
  return new make({
    ...layer.config, name: `${direction}_${layer.name}`, goBackwards: backwards !== goBackwards, reverseOutput: backwards, zeroOutputForMask: returnSequences,
  });
}
