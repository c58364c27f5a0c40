/** What layers, their application and their weights are told. */
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { ConstraintLike } from '../constraints';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';
import type { DtypePolicy } from './policy';
import type { PartialShape } from './structure';

export interface LayerConfig {
  readonly name?: string;
  /** On the first layer of a model: the shape of one sample (`[28, 28]`), without the batch. */
  readonly inputShape?: PartialShape;
  readonly trainable?: boolean;
  /** In which precision results are kept; default: the global policy. */
  readonly dtype?: DtypePolicy;
  /** A penalty on the layer's output, divided by the number of samples and added to the loss. */
  readonly activityRegularizer?: RegularizerLike;
}

/** How a layer is applied. */
export interface CallOptions {
  /** Dropout drops and batch normalisation uses the batch when training. Default: as the layer around it, else false. */
  readonly training?: boolean;
  /** bool [batch, time]; default: the mask that came with the input. */
  readonly mask?: Tensor | null;
}

/** What `call` gets: nothing is left open. */
export interface CallContext {
  readonly training: boolean;
  readonly mask: Tensor | null;
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer?: InitializerLike;
  readonly trainable?: boolean;
  /** A penalty on the weight, added to the loss while the weight is trained. */
  readonly regularizer?: RegularizerLike;
  /** What the weight is made to satisfy after every update. */
  readonly constraint?: ConstraintLike;
}
