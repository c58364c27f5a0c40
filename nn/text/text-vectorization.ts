import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import type { Dtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import { HostLayer } from '../core/host-layer';
import type { LayerConfig } from '../core/layer';
import { lookUp } from '../core/names';
import { StringArray } from '../core/string-array';
import type { PartialShape } from '../core/structure';
import { Dataset } from '../data/dataset';
import { padSequences } from './pad-sequences';
import { TokenCounts } from './token-counts';
import { type Split, type Standardize, tokenizer } from './tokens';
import { Vocabulary } from './vocabulary';

export type TextOutputMode = 'int' | 'multi_hot' | 'multiHot' | 'count' | 'tf_idf' | 'tfIdf';

export interface TextVectorizationConfig extends LayerConfig {
  /** Size of the vocabulary with its special tokens; default: all tokens that `adapt` finds. */
  readonly maxTokens?: number | null;
  /** Default `lower_and_strip_punctuation`: A to Z become a to z, ASCII's punctuation goes. `null`: nothing. */
  readonly standardize?: Standardize | null;
  /** Default `whitespace` (ASCII's); `character` parts code points. `null`: each text is one token. */
  readonly split?: Split | null;
  /** n: also all runs of up to n tokens, joined by blanks; a list: runs of these lengths only. */
  readonly ngrams?: number | readonly number[] | null;
  /**
   * `int` (default): the tokens' numbers i32 [batch, longest], filled up with 0. Otherwise [batch, vocabulary]:
   * `multi_hot` 1 for each token that occurs, `count` how often (both i32), `tf_idf` that times the weight (f32).
   */
  readonly outputMode?: TextOutputMode;
  /** For `int`: the length of every row, however long the texts. */
  readonly outputSequenceLength?: number | null;
  /** For the other modes: rows of `maxTokens` numbers even where the vocabulary is smaller. */
  readonly padToMaxTokens?: boolean;
  /** The tokens, in place of `adapt`. */
  readonly vocabulary?: readonly string[] | null;
  /** For `tf_idf` with a vocabulary: the weight of each token. */
  readonly idfWeights?: readonly number[] | null;
}

/** Texts to learn a vocabulary from. */
export type Texts = readonly string[] | StringArray | Dataset<StringArray>;

const modes = { int: 'int', multiHot: 'multiHot', count: 'count', tfIdf: 'tfIdf' } as const;

/**
 * Texts to numbers, on the host: standardised, split into tokens, each token looked up in a vocabulary. Takes strings
 * [batch] or [batch, 1]. https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/
 */
export class TextVectorization extends HostLayer {
  private readonly mode: keyof typeof modes;
  private readonly tokenize: (text: string) => readonly string[];
  private vocabulary: Vocabulary | null = null;

  constructor(private readonly config: TextVectorizationConfig = {}) {
    super(config);
    const { standardize = 'lower_and_strip_punctuation', split = 'whitespace', ngrams = null, outputMode = 'int' } = config;
    this.mode = lookUp('TextVectorization outputMode', outputMode, modes);
    this.tokenize = tokenizer(standardize, split, ngrams);
    const { maxTokens, outputSequenceLength, padToMaxTokens, vocabulary, idfWeights } = config;
    if (maxTokens != null) this.check('maxTokens', maxTokens, this.mode === 'int' ? 2 : 1);
    if (outputSequenceLength != null) {
      this.check('outputSequenceLength', outputSequenceLength, 1);
      if (this.mode !== 'int') throw new ValueError(`Layer "${this.name}": outputSequenceLength goes with outputMode 'int', not '${outputMode}'.`);
    }
    if (padToMaxTokens && maxTokens == null) throw new ValueError(`Layer "${this.name}": padToMaxTokens needs maxTokens.`);
    if (vocabulary != null) this.setVocabulary(vocabulary, idfWeights ?? undefined);
  }

  /** Learns the vocabulary from texts (batched or not), in place of what was learnt before. */
  async adapt(texts: Texts): Promise<void> {
    const counts = new TokenCounts();
    const add = (batch: StringArray): void => batch.data.forEach((text) => counts.add(this.tokenize(text)));
    if (texts instanceof Dataset) for await (const batch of texts.elements()) add(this.strings(batch));
    else add(texts instanceof StringArray ? texts : StringArray.from(texts));
    this.vocabulary = Vocabulary.learnt(counts, this.mode === 'int', this.config.maxTokens ?? Infinity);
  }

  /** The tokens by number; without the special ones (padding in mode `int`, `[UNK]`) if so asked. */
  getVocabulary({ includeSpecialTokens = true } = {}): string[] {
    const { tokens, special } = this.learnt();
    return includeSpecialTokens ? [...tokens] : tokens.slice(special);
  }

  /** The tf-idf weights of all tokens, the special ones included; `null` in the other modes and before there are any. */
  get idfWeights(): Float32Array<ArrayBuffer> | null {
    return this.mode === 'tfIdf' && this.vocabulary ? Float32Array.from(this.vocabulary.weights) : null;
  }

  vocabularySize(): number {
    return this.learnt().tokens.length;
  }

  /** Sets the tokens, most frequent first, with or without the special ones; for `tf_idf` with a weight for each. */
  setVocabulary(tokens: readonly string[], idfWeights?: readonly number[]): void {
    const what = `Layer "${this.name}": setVocabulary`;
    if ((this.mode === 'tfIdf') !== (idfWeights !== undefined)) {
      throw new ValueError(`${what}: idfWeights go with outputMode 'tf_idf', and only with it.`);
    }
    const vocabulary = Vocabulary.given(what, tokens, this.mode === 'int', idfWeights);
    const { maxTokens } = this.config;
    if (maxTokens != null && vocabulary.tokens.length > maxTokens) {
      throw new ValueError(`${what}: ${vocabulary.tokens.length} tokens (the special ones included) exceed maxTokens ${maxTokens}.`);
    }
    this.vocabulary = vocabulary;
  }

  /** i32 [batch, longest] or, in the other modes, [batch, vocabulary]. A single text gives a single row without batch. */
  override callHost(inputs: HostArray | StringArray): HostArray {
    const texts = this.strings(inputs);
    const { shape } = texts;
    if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) {
      throw new ShapeError(`Layer "${this.name}": texts of shape ${formatShape(shape)}; expected [batch] or [batch, 1].`);
    }
    const vocabulary = this.learnt();
    const rows = texts.data.map((text) => vocabulary.numbersOf(this.tokenize(text)));
    const out = this.mode === 'int' ? this.sequences(rows) : this.bags(rows, vocabulary);
    return shape.length === 0 ? out.reshape(out.shape.slice(1)) : out;
  }

  override get inputDtype(): Dtype {
    return this.mode === 'tfIdf' ? 'f32' : 'i32';
  }

  override computeOutputShape([batch]: PartialShape): PartialShape {
    if (this.mode === 'int') return [batch, this.config.outputSequenceLength ?? null];
    return [batch, this.config.padToMaxTokens ? this.config.maxTokens! : (this.vocabulary?.tokens.length ?? null)];
  }

  override getConfig(): Record<string, unknown> {
    const { vocabulary } = this;
    const learnt = vocabulary && {
      vocabulary: vocabulary.tokens.slice(vocabulary.special),
      ...(this.mode === 'tfIdf' && { idfWeights: Array.from(vocabulary.weights.subarray(vocabulary.special)) }),
    };
    return { ...super.getConfig(), ...this.config, name: this.name, ...learnt };
  }

  private sequences(rows: readonly Int32Array[]): HostArray {
    return padSequences(rows, { padding: 'post', truncating: 'post', maxlen: this.config.outputSequenceLength ?? undefined });
  }

  private bags(rows: readonly Int32Array[], { tokens, weights }: Vocabulary): HostArray {
    const width = this.config.padToMaxTokens ? this.config.maxTokens! : tokens.length;
    const out = this.mode === 'tfIdf' ? new Float32Array(rows.length * width) : new Int32Array(rows.length * width);
    rows.forEach((numbers, row) => {
      for (const number of numbers) {
        const at = row * width + number;
        out[at] = this.mode === 'multiHot' ? 1 : out[at] + 1;
      }
      if (this.mode === 'tfIdf') for (let i = 0; i < tokens.length; i++) out[row * width + i] *= weights[i];
    });
    return new HostArray(out, [rows.length, width]);
  }

  private learnt(): Vocabulary {
    if (!this.vocabulary) throw new ValueError(`Layer "${this.name}" has no vocabulary yet: call adapt(texts) or setVocabulary(tokens) first.`);
    return this.vocabulary;
  }

  private strings(inputs: unknown): StringArray {
    if (inputs instanceof StringArray) return inputs;
    const given = inputs instanceof HostArray ? `${inputs.dtype} ${formatShape(inputs.shape)}` : Array.isArray(inputs) ? 'tuples' : String(inputs);
    throw new DtypeError(`Layer "${this.name}" takes texts, a StringArray; got ${given}. Of pairs, take the texts: dataset.map(([text]) => text).`);
  }

  private check(name: string, value: number, least: number): void {
    if (!Number.isInteger(value) || value < least) throw new ValueError(`Layer "${this.name}": ${name} is ${value}; expected a whole number ≥ ${least}.`);
  }
}
