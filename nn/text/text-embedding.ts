import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { packBags, wordsFor } from '../../engine/ops/embedding/bags';
import { embeddingBag } from '../../engine/ops/embedding/embedding-bag';
import { expectRowGradients } from '../../engine/step/row-gradients';
import type { Dtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { Layer, type LayerConfig } from '../core/layer';
import { lookUp } from '../core/names';
import { StringArray } from '../core/string-array';
import type { PartialShape } from '../core/structure';
import { initializerConfig, type InitializerLike } from '../initializers';
import { bucketOf } from '../training/buckets';
import type { Combiner, EmbeddingTable } from './embeddings/table';
import { TextIds } from './embeddings/text-ids';
import { hubTokens, type TokenRule } from './embeddings/token-rule';

export interface TextEmbeddingOptions extends LayerConfig {
  /** Whether the table is trained with the rest of the model; default false. */
  readonly trainable?: boolean;
  /** How the vectors of a text's tokens become one; default: the source's way, else `sqrtn`, Σv / √n. */
  readonly combiner?: Combiner;
  /** Rows that tokens outside the vocabulary share, chosen by hash; default: the source's, else 0: such tokens are left out. */
  readonly oovBuckets?: number;
  /** Numbers in a vector; default: the source's. */
  readonly outputDim?: number;
  /** How texts are taken apart; default: the source's way, else as TensorFlow Hub's modules do. */
  readonly tokens?: TokenRule;
  /** Fresh vectors in place of the source's; where the source has none, default `'uniform'`, ±0.05. */
  readonly embeddingsInitializer?: InitializerLike;
}

export interface TextEmbeddingConfig extends TextEmbeddingOptions {
  readonly vocabulary: readonly string[];
  readonly outputDim: number;
}

/** From so many numbers on it pays to leave rows that do not occur alone. */
const MANY = 2 ** 20;

const combiners: Readonly<Record<Combiner, Combiner>> = { sqrtn: 'sqrtn', mean: 'mean', sum: 'sum' };

/**
 * A vector for each text: its tokens are looked up in a table of word vectors, and their vectors combined. Takes strings [batch]
 * or [batch, 1] and gives [batch, outputDim]. Texts are taken apart on the host; the device gets the tokens' rows, however many
 * each text has. https://www.tensorflow.org/hub/common_saved_model_apis/text
 */
export class TextEmbedding extends Layer {
  embeddings!: Variable;
  private readonly vocabulary: readonly string[];
  private readonly outputDim: number;
  private readonly oovBuckets: number;
  private readonly combiner: Combiner;
  private readonly tokens: TokenRule;
  private readonly ids: TextIds;
  private initializer: InitializerLike;

  constructor(config: TextEmbeddingConfig) {
    super({ ...config, trainable: config.trainable ?? false });
    const { vocabulary, outputDim, oovBuckets = 0, combiner = 'sqrtn', tokens = hubTokens, embeddingsInitializer = 'uniform' } = config;
    const check = (name: string, value: number, least: number): void => {
      if (!Number.isInteger(value) || value < least) throw new ValueError(`Layer "${this.name}": ${name} is ${value}; expected a whole number ≥ ${least}.`);
    };
    check('outputDim', outputDim, 1);
    check('oovBuckets', oovBuckets, 0);
    if (vocabulary.length + oovBuckets === 0) throw new ValueError(`Layer "${this.name}": the vocabulary is empty, and there are no oovBuckets.`);
    [this.vocabulary, this.outputDim, this.oovBuckets, this.tokens, this.initializer] = [vocabulary, outputDim, oovBuckets, tokens, embeddingsInitializer];
    this.combiner = lookUp('TextEmbedding combiner', combiner, combiners);
    this.ids = TextIds.for(vocabulary, oovBuckets, tokens);
  }

  override get inputDtype(): Dtype {
    return 'i32';
  }

  override build(): void {
    const { vocabulary, oovBuckets, outputDim, initializer } = this;
    this.embeddings = this.addWeight({ name: 'embeddings', shape: [vocabulary.length + oovBuckets, outputDim], initializer });
    if (this.embeddings.size >= MANY) expectRowGradients(this.embeddings);
    // A pretrained table's numbers are in the weight now; a model made from this layer's config gets them from its file.
    if (typeof initializer === 'function' && !initializerConfig(initializer)) this.initializer = 'zeros';
  }

  override get preparesInputs(): boolean {
    return true;
  }

  /** The rows of the texts' tokens as bags (`packBags`). They have room to spare, so that batches of like length are of one shape. */
  override prepare(inputs: HostArray | StringArray): HostArray {
    if (!(inputs instanceof StringArray)) {
      throw new DtypeError(`Layer "${this.name}" takes texts, a StringArray; got ${inputs.dtype} ${formatShape(inputs.shape)}.`);
    }
    const { shape } = inputs;
    if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
      throw new ShapeError(`Layer "${this.name}": texts of shape ${formatShape(shape)}; expected [batch] or [batch, 1].`);
    }
    const bags = inputs.data.map((text) => this.ids.of(text));
    return packBags(bags, bucketOf(wordsFor(bags)));
  }

  /** `bags` are what `prepare` gave. */
  override call(bags: Tensor): Tensor {
    return embeddingBag(this.embeddings.value, bags, this.combiner);
  }

  override computeOutputShape([batch]: PartialShape): PartialShape {
    return [batch, this.outputDim];
  }

  /** The weights do not depend on the inputs; texts and the bags they become differ in shape. */
  override ensureBuilt(): void {
    if (!this.built) super.ensureBuilt([null]);
  }

  override getConfig(): Record<string, unknown> {
    const { vocabulary, outputDim, oovBuckets, combiner, tokens, initializer } = this;
    return { ...super.getConfig(), vocabulary, outputDim, oovBuckets, combiner, tokens, embeddingsInitializer: initializer };
  }
}

/** The layer for a pretrained table, or for a vocabulary whose vectors are still to be learnt. */
export function textEmbedding(source: EmbeddingTable | readonly string[], options: TextEmbeddingOptions = {}): TextEmbedding {
  if (isVocabulary(source)) {
    const { outputDim } = options;
    if (outputDim === undefined) throw new ValueError('textEmbedding: a vocabulary has no vectors; say with outputDim how many numbers they shall have.');
    return new TextEmbedding({ ...options, vocabulary: source, outputDim });
  }
  const { vocabulary, dim, oovBuckets, combiner, tokens, vectors } = source;
  const fresh = options.embeddingsInitializer !== undefined;
  for (const [name, given, own] of [['outputDim', options.outputDim, dim], ['oovBuckets', options.oovBuckets, oovBuckets]] as const) {
    if (fresh || given === undefined || given === own) continue;
    throw new ValueError(`textEmbedding: ${name} is ${given}; the vectors of "${source.name}" have ${own}. Leave it out, or start afresh with an embeddingsInitializer.`);
  }
  const own = { outputDim: dim, oovBuckets, combiner, tokens, embeddingsInitializer: () => vectors.data as Float32Array };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return new TextEmbedding({ ...own, ...given, vocabulary });
}

function isVocabulary(source: EmbeddingTable | readonly string[]): source is readonly string[] {
  return Array.isArray(source);
}
