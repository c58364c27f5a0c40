/** The two modules of TensorFlow Hub that the originals are about, and how each is trained. */

export interface Variant {
  /** The run. */
  readonly name: 'nnlm' | 'swivel';
  /** The module. */
  readonly module: 'nnlm-en-dim50' | 'gnews-swivel-20dim';
  readonly dim: number;
  readonly epochs: number;
  /** Whether the model ends in a probability; otherwise in a logit. */
  readonly sigmoid: boolean;
}

export const nnlm: Variant = { name: 'nnlm', module: 'nnlm-en-dim50', dim: 50, epochs: 10, sigmoid: false };
export const swivel: Variant = { name: 'swivel', module: 'gnews-swivel-20dim', dim: 20, epochs: 20, sigmoid: true };
