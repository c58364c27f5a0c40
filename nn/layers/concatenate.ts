import { ShapeError } from '../../engine/errors';
import { concat, logicalOr } from '../../engine/ops';
import { ones } from '../../engine/tensor/create';
import { formatShape, normalizeAxis } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import { maskOf } from '../core/mask';
import { alike } from '../core/policy';
import { shapeList, type Shapes } from '../core/structure';

export interface ConcatenateConfig extends LayerConfig {
  /** Default −1, the last. */
  readonly axis?: number;
}

/** Several inputs one after the other along an axis. https://keras.io/api/layers/merging_layers/concatenate/ */
export class Concatenate extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';
  private readonly axis: number;

  constructor(config: ConcatenateConfig = {}) {
    super(config);
    this.axis = config.axis ?? -1;
  }

  override build(inputShapes: Shapes): void {
    this.computeOutputShape(shapeList(inputShapes));
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return concat(alike(inputs), this.axis);
  }

  override computeOutputShape(inputShapes: readonly PartialShape[]): PartialShape {
    const [first] = inputShapes;
    const at = this.at(first.length);
    const fits = (shape: PartialShape): boolean =>
      shape.length === first.length && shape.every((n, i) => i === at || n === first[i] || n === null || first[i] === null);
    if (!inputShapes.every(fits)) {
      throw new ShapeError(
        `Layer "${this.name}": shapes ${inputShapes.map(formatShape).join(' and ')} do not fit together; sizes may differ along axis ${at} only.`,
      );
    }
    return first.map((n, i) => {
      const sizes = inputShapes.map((shape) => shape[i]);
      if (i !== at) return sizes.find((size) => size !== null) ?? n;
      return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size));
    });
  }

  /** Inputs without a mask count as unmasked. Along time masks are joined like their tensors; else a step counts if it does in any input. */
  override computeMask(inputs: readonly Tensor[]): Tensor | null {
    const masks = inputs.map(maskOf);
    if (masks.every((mask) => mask === null)) return null;
    const filled = inputs.map(({ shape }, i) => masks[i] ?? ones(shape.slice(0, 2), 'bool'));
    return this.at(inputs[0].rank) === 1 ? concat(filled, 1) : filled.reduce((a, b) => logicalOr(a, b));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }

  private at(rank: number): number {
    return normalizeAxis(this.axis, rank, `Layer "${this.name}"`);
  }
}
