/** What the parent and its workers say to each other: types only. */
export interface Model {
  readonly name: string;
  readonly family: 'mlp' | 'pooled' | 'recurrent' | 'conv' | 'matmul';
  readonly batch: number;
  readonly length?: number;
  readonly width?: number;
  readonly cell?: 'SimpleRNN' | 'LSTM';
  readonly units?: number;
  readonly size?: number;
}

export interface Batch {
  readonly x: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly y: Int32Array<ArrayBuffer>;
}

/** Starting weights by name, in Keras's order. */
export type Weights = Readonly<Record<string, { readonly shape: number[]; readonly data: Float32Array<ArrayBuffer> }>>;

export interface PeerSystem {
  readonly versions: Readonly<Record<string, string>>;
  /** The ways in which it can train the model; the fastest is compared. */
  forms(model: Model): readonly string[];
  prepare(model: Model, weights: Weights, form: string): Promise<PeerTrainer>;
}

export interface PeerTrainer {
  /** Queues one step on a batch from the host. */
  step(batch: Batch): void | Promise<void>;
  /** Waits for all steps; the loss of the last one, or a product's first element. */
  read(): Promise<number>;
}

/** The outcome of a preparation. */
export interface Prepared {
  /** Of the first two or three steps, all on one batch. */
  readonly losses: readonly number[];
  /** From nothing to the end of the first step, compilation included; the shader cache is off. */
  readonly firstMs: number;
  readonly stepMs: number;
  /** How it waits for the device. */
  readonly waiting: string;
}
