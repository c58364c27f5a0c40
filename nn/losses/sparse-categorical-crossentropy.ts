import { ShapeError, ValueError } from '../../engine/errors';
import { cast, clip, expandDims, log, notEqual, reshape, sparseSoftmaxCrossEntropy, where } from '../../engine/ops';
import type { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { judgeClasses } from '../../engine/ops/loss/sparse-softmax-cross-entropy';
import { logitsBehind } from '../core/logits';
import { rememberMatches } from '../core/matches';
import { EPSILON, Loss, type LossConfig } from './loss';

export interface SparseCategoricalCrossentropyConfig extends LossConfig {
  /** Whether predictions are logits; default false: probabilities. */
  readonly fromLogits?: boolean;
  /** A label whose samples do not count (255 or −1 for what nobody labelled); default: none. */
  readonly ignoreClass?: number | null;
}

/**
 * −log p[label] for whole-number labels: labels [batch, …], predictions [batch, …, classes].
 * https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class
 */
export class SparseCategoricalCrossentropy extends Loss {
  override readonly labelDtype = 'i32';
  private readonly fromLogits: boolean;
  private readonly ignoreClass: number | null;

  constructor(config: SparseCategoricalCrossentropyConfig = {}) {
    super(config);
    this.fromLogits = config.fromLogits ?? false;
    this.ignoreClass = config.ignoreClass ?? null;
  }

  override call(yTrue: Tensor, yPred: Tensor, slope?: Tensor): Tensor {
    const rows = yPred.shape.slice(0, -1);
    const labels = withoutUnitAxis(yTrue, rows.length);
    if (!sameShape(labels.shape, rows)) {
      throw new ShapeError(
        `Loss sparseCategoricalCrossentropy: labels ${formatShape(yTrue.shape)} do not fit predictions ${formatShape(yPred.shape)}; ` +
          'expected one whole number per row of predictions. ' +
          (yTrue.rank < rows.length
            ? 'If the model should give one row per sample, it lacks a Flatten layer.'
            : 'One-hot labels want categoricalCrossentropy.'),
      );
    }
    const logits = this.fromLogits ? yPred : logitsBehind(yPred, 'softmax') ?? log(clip(yPred, EPSILON, 1 - EPSILON));
    const classes = yPred.shape[yPred.rank - 1];
    const flat = (logits: Tensor, labels: Tensor) => [reshape(logits, [-1, classes]), reshape(labels, [-1])] as const;
    if (this.ignoreClass === null) {
      const { losses, matches } = judgeClasses(...flat(logits, labels), slope && reshape(slope, [-1]));
      rememberMatches(yTrue, yPred, 'class', reshape(matches, rows));
      return reshape(losses, rows);
    }
    // Rows that do not count become harmless ones, so that nothing of them gets into the gradient.
    const valid = notEqual(labels, this.ignoreClass);
    const harmless = flat(where(expandDims(valid, rows.length), logits, 0), where(valid, labels, 0));
    return where(valid, reshape(sparseSoftmaxCrossEntropy(...harmless), rows), 0);
  }

  override counted(yTrue: Tensor): Tensor | null {
    return this.ignoreClass === null ? null : cast(notEqual(yTrue, this.ignoreClass), 'f32');
  }

  override checkLabels({ data, dtype }: HostArray, classes: number | null): void {
    for (let i = 0; i < data.length; i++) {
      const label = data[i];
      if (label === this.ignoreClass) continue;
      if (Number.isInteger(label) && label >= 0 && (classes === null || label < classes)) continue;
      const range = classes === null ? 'whole numbers from 0' : `whole numbers from 0 to ${classes - 1} (the model has ${classes} outputs)`;
      throw new ValueError(`Loss sparseCategoricalCrossentropy: label ${label} (${dtype}) at index ${i}; expected ${range}.`);
    }
  }
}

function withoutUnitAxis(labels: Tensor, rank: number): Tensor {
  const { shape } = labels;
  return shape.length === rank + 1 && shape[rank] === 1 ? reshape(labels, shape.slice(0, -1)) : labels;
}
