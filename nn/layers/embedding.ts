import { DtypeError, ValueError } from '../../engine/errors';
import { cast, gather, notEqual } from '../../engine/ops';
import type { Dtype } from '../../engine/tensor/dtype';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { rememberLookup } from '../core/gathered';
import type { ConstraintLike } from '../constraints';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import { bothMasks } from '../core/mask';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface EmbeddingConfig extends LayerConfig {
  /** Rows of the table: ids run from 0 to inputDim − 1. */
  readonly inputDim: number;
  /** Width of a row. */
  readonly outputDim: number;
  /** Default `'uniform'`: ±0.05. */
  readonly embeddingsInitializer?: InitializerLike;
  readonly embeddingsRegularizer?: RegularizerLike;
  readonly embeddingsConstraint?: ConstraintLike;
  /** Whether id 0 is padding, to be masked in the layers that follow; default false. */
  readonly maskZero?: boolean;
}

/** Rows of a table by id: whole numbers [batch, …] → [batch, …, outputDim]. https://keras.io/api/layers/core_layers/embedding/ */
export class Embedding extends Layer {
  embeddings!: Variable;

  constructor(private readonly config: EmbeddingConfig) {
    super(config);
    for (const name of ['inputDim', 'outputDim'] as const) {
      if (!Number.isInteger(config[name]) || config[name] < 1) {
        throw new ValueError(`Embedding: ${name} is ${config[name]}; expected a whole number of at least 1.`);
      }
    }
  }

  override get inputDtype(): Dtype {
    return 'i32';
  }

  override build(): void {
    const { inputDim, outputDim, embeddingsInitializer: initializer = 'uniform', embeddingsRegularizer: regularizer, embeddingsConstraint: constraint } = this.config;
    this.embeddings = this.addWeight({ name: 'embeddings', shape: [inputDim, outputDim], initializer, regularizer, constraint });
  }

  override call(x: Tensor): Tensor {
    if (x.dtype === 'bool') throw new DtypeError(`Layer "${this.name}": Embedding takes whole numbers; got bool.`);
    const ids = x.dtype === 'f32' ? cast(x, 'i32') : x;
    const table = this.embeddings.value;
    return rememberLookup(gather(table, ids), { table, ids, maskZero: this.config.maskZero ?? false });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [...inputShape, this.config.outputDim];
  }

  override computeMask(x: Tensor, mask: Tensor | null): Tensor | null {
    if (!this.config.maskZero) return mask;
    const words = notEqual(x, 0);
    return mask ? bothMasks(words, mask) : words;
  }

  override checkInputs({ data, length, size }: HostArray): void {
    const { inputDim } = this.config;
    const wrong = data.findIndex((id) => !(id >= 0 && id < inputDim && Number.isInteger(id)));
    if (wrong < 0) return;
    throw new ValueError(
      `Layer "${this.name}": id ${data[wrong]} in sample ${Math.floor((wrong * length) / size)}; expected whole numbers ` +
        `from 0 to ${inputDim - 1} (inputDim is ${inputDim}).`,
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }

  /** Any number of axes will do; the table does not depend on their sizes. */
  protected override fixedAxis(): boolean {
    return false;
  }
}
