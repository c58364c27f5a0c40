/** What SimpleRNN, LSTM and GRU have in common: https://keras.io/api/layers/recurrent_layers/ */
import { ShapeError, ValueError } from '../../../engine/errors';
import { any, cast, dropout, expandDims, greater, mul, reverse, where } from '../../../engine/ops';
import { dense } from '../../../engine/ops/matmul/dense';
import { gatherDense } from '../../../engine/ops/matmul/gather-dense';
import { matmul } from '../../../engine/ops/matmul/matmul';
import { reverseSequence } from '../../../engine/ops/layout/reverse-sequence';
import { type CellActivation, isKnownActivation, type Sequence, type SequenceOptions, type Step, steps } from '../../../engine/ops/rnn';
import { ones, tensor } from '../../../engine/tensor/create';
import { HostArray } from '../../../engine/tensor/host-array';
import type { Tensor } from '../../../engine/tensor/tensor';
import type { Variable } from '../../../engine/tensor/variable';
import { activationFrom, type ActivationLike, activationName } from '../../activations';
import { type CallContext, Layer, type LayerConfig } from '../../core/layer';
import { lookupBehind } from '../../core/gathered';
import { paddingOf } from '../../core/mask';
import { toSnakeCase } from '../../core/names';
import { formatShapes, type PartialShape, shapeList, type Shapes, type Tensors, toList } from '../../core/structure';
import type { ConstraintLike } from '../../constraints';
import type { InitializerLike } from '../../initializers';
import type { RegularizerLike } from '../../regularizers';

export interface RecurrentConfig extends LayerConfig {
  /** Size of the state and of the output. */
  readonly units: number;
  /** Default `'tanh'`. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Of the inputs' weights; default `'glorotUniform'`. */
  readonly kernelInitializer?: InitializerLike;
  /** Of the state's weights; default `'orthogonal'`. */
  readonly recurrentInitializer?: InitializerLike;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerLike;
  readonly kernelRegularizer?: RegularizerLike;
  readonly recurrentRegularizer?: RegularizerLike;
  readonly biasRegularizer?: RegularizerLike;
  readonly kernelConstraint?: ConstraintLike;
  readonly recurrentConstraint?: ConstraintLike;
  readonly biasConstraint?: ConstraintLike;
  /** Share of the inputs' features dropped in training, the same ones at every step; default 0. */
  readonly dropout?: number;
  /** Share of the state dropped in training, the same units at every step; default 0. Computed step by step. */
  readonly recurrentDropout?: number;
  /** Whether the output has every step or the last one only; default false. */
  readonly returnSequences?: boolean;
  /** Whether the last states come after the output; default false. */
  readonly returnState?: boolean;
  /** From the last step to the first; the output is in the order of processing. Default false. */
  readonly goBackwards?: boolean;
  /** Whether masked steps of a sequence give 0, and not the output before them; default false. */
  readonly zeroOutputForMask?: boolean;
  /** Whether the output is in the reverse of the order of processing; for Bidirectional. Default false. */
  readonly reverseOutput?: boolean;
}

export abstract class Recurrent<C extends RecurrentConfig = RecurrentConfig> extends Layer {
  override readonly supportsMasking = true;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;

  constructor(readonly config: C) {
    super(config);
    const { units, dropout: inputs = 0, recurrentDropout: state = 0 } = config;
    const what = this.constructor.name.replace(/^_/, '');
    if (!Number.isInteger(units) || units < 1) throw new ValueError(`${what}: units is ${units}; expected a whole number of at least 1.`);
    for (const [name, rate] of Object.entries({ dropout: inputs, recurrentDropout: state })) {
      if (!(rate >= 0 && rate < 1)) throw new ValueError(`${what}: ${name} is ${rate}; expected a number from 0 up to 1.`);
    }
    this.cellActivation(config.activation, 'tanh');
  }

  /** Columns of the weights for each unit: 4 for an LSTM. */
  protected abstract readonly gates: number;
  /** States of the cell: 2 for an LSTM, h and c. */
  protected abstract readonly stateCount: number;

  /** One step, in ops, for when the state is dropped out. */
  protected abstract step(options: SequenceOptions): Step;

  /** The whole sequence, from the inputs' product [batch, time, gates · units]. */
  protected abstract sequence(product: Tensor, options: SequenceOptions): Sequence;

  protected abstract sequenceOptions(): SequenceOptions;

  /** The bias that belongs to the inputs' product. */
  protected inputBias(): Tensor | null {
    return this.bias?.value ?? null;
  }

  /** The shape of the bias. */
  protected get biasShape(): readonly number[] {
    return [this.gates * this.config.units];
  }

  override build(inputShape: Shapes): void {
    const shape = shapeList(inputShape)[0];
    const features = shape[2];
    if (shape.length !== 3 || features === null) {
      throw new ShapeError(
        `Layer "${this.name}" takes sequences [batch, time, features] with known features; got ${formatShapes(shape)}. ` +
          'Word numbers want an Embedding before it; a recurrent layer before it wants returnSequences: true.',
      );
    }
    const { units, useBias = true, kernelInitializer = 'glorotUniform', recurrentInitializer = 'orthogonal', ...rules } = this.config;
    const columns = this.gates * units;
    const cell = `${toSnakeCase(this.constructor.name.replace(/^_/, ''))}_cell`;
    const ofKernel = { initializer: kernelInitializer, regularizer: rules.kernelRegularizer, constraint: rules.kernelConstraint };
    this.kernel = this.addWeight({ name: `${cell}/kernel`, shape: [features, columns], ...ofKernel });
    const ofState = { initializer: recurrentInitializer, regularizer: rules.recurrentRegularizer, constraint: rules.recurrentConstraint };
    this.recurrentKernel = this.addWeight({ name: `${cell}/recurrent_kernel`, shape: [units, columns], ...ofState });
    const ofBias = { initializer: this.biasInitializer(), regularizer: rules.biasRegularizer, constraint: rules.biasConstraint };
    if (useBias) this.bias = this.addWeight({ name: `${cell}/bias`, shape: this.biasShape, ...ofBias });
  }

  protected biasInitializer(): InitializerLike {
    return this.config.biasInitializer ?? 'zeros';
  }

  /** Initial states, which may come with the input, make no difference to the weights. */
  override ensureBuilt(inputShape: Shapes): void {
    super.ensureBuilt(shapeList(inputShape)[0]);
  }

  /** The output, and after it the last states if `returnState`. Inputs after the first are the initial states. */
  override call(inputs: Tensors, { training, mask }: CallContext): Tensors {
    const [x, ...initialState] = toList(inputs);
    const { units, dropout: rate = 0, recurrentDropout = 0, returnSequences, returnState, goBackwards = false, zeroOutputForMask, reverseOutput = false } = this.config;
    if (initialState.length > 0 && initialState.length !== this.stateCount) {
      throw new ShapeError(`Layer "${this.name}" has ${this.stateCount} states; got ${initialState.length} initial ones after the input.`);
    }
    const kept = training && rate > 0 ? mul(x, dropout(ones([x.shape[0], 1, x.shape[2]]), rate)) : x;
    const lookup = kept === x ? lookupBehind(x) : null;
    const product = lookup
      ? gatherDense(lookup.table, lookup.ids, this.kernel, this.inputBias())
      : dense(kept, this.kernel, this.inputBias());
    const padding = paddingOf(mask);
    const options: SequenceOptions = {
      ...this.sequenceOptions(), goBackwards, returnSequences, initialState: initialState.length > 0 ? initialState : null,
      mask: padding?.only ? null : mask,
      ...(padding && { length: padding.length }),
      // The product is nobody else's.
      overwrite: true,
    };
    const { y, states } =
      training && recurrentDropout > 0
        ? steps(product, units, this.stateCount, droppingState(this.step(options), dropout(ones([x.shape[0], units]), recurrentDropout)), options)
        : this.sequence(product, options);
    let output = y;
    if (mask && initialState.length > 0) output = withoutHead(output, mask, this.config);
    if (mask && returnSequences && zeroOutputForMask) output = where(expandDims(mask, -1), output, 0);
    if (returnSequences && goBackwards !== reverseOutput) output = padding ? reverseSequence(output, padding.length) : reverse(output, 1);
    return returnState ? [output, ...states] : output;
  }

  override computeMask(_inputs: Tensors, mask: Tensor | null): Tensor | null {
    return this.config.returnSequences ? mask : null;
  }

  override computeOutputShape(inputShape: Shapes): Shapes {
    const [batch, time] = shapeList(inputShape)[0];
    const { units, returnSequences, returnState } = this.config;
    const y: PartialShape = returnSequences ? [batch, time, units] : [batch, units];
    return returnState ? [y, ...Array.from({ length: this.stateCount }, () => [batch, units])] : y;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }

  /** An activation as the kernels know it by name, or as a function. */
  protected cellActivation(activation: ActivationLike | undefined, byDefault: CellActivation): CellActivation {
    if (activation === undefined) return byDefault;
    const fn = activationFrom(activation);
    const name = activationName(fn);
    return isKnownActivation(name) ? name : fn;
  }
}

/**
 * A masked step repeats the output before it, and before the first step that counts that is 0, whatever the initial
 * state: zeroes those outputs of y, which is in the order of time.
 */
function withoutHead(y: Tensor, mask: Tensor, { returnSequences, goBackwards = false }: RecurrentConfig): Tensor {
  if (!returnSequences) return where(any(mask, 1, true), y, 0);
  const time = mask.shape[1];
  const before = (s: number, t: number): boolean => (goBackwards ? s >= t : s <= t);
  const upTo = new Float32Array(time * time).map((_, i) => (before(Math.floor(i / time), i % time) ? 1 : 0));
  const counted = matmul(cast(mask, 'f32'), tensor(new HostArray(upTo, [time, time])));
  return where(expandDims(greater(counted, 0), -1), y, 0);
}

/** `step` on a state of which some units are dropped: the same ones at every step. */
function droppingState(step: Step, kept: Tensor): Step {
  return (x, [h, ...others]) => step(x, [mul(h, kept), ...others]);
}
