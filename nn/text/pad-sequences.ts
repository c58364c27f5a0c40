import { DtypeError, unknownName, ValueError } from '../../engine/errors';
import { type HostDtype, newTypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';

/** Sequences of numbers, each of its own length: the rows of a ragged array. */
export type Sequences = readonly ArrayLike<number>[];

export type Side = 'pre' | 'post';

export interface PadOptions {
  /** Length of every row; default: that of the longest sequence. */
  readonly maxlen?: number;
  /** Default `i32`. */
  readonly dtype?: HostDtype;
  /** Where short sequences are filled up: before (default) or after their values. */
  readonly padding?: Side;
  /** Where long sequences lose values: at the beginning (default) or at the end. */
  readonly truncating?: Side;
  /** What rows are filled with; default 0. */
  readonly value?: number;
}

/**
 * Sequences of different lengths as rows of one array [sequences, maxlen].
 * https://keras.io/api/data_loading/timeseries/#pad_sequences-function
 */
export function padSequences(sequences: Sequences, options: PadOptions = {}): HostArray {
  const { dtype = 'i32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  checkSide('padding', padding);
  checkSide('truncating', truncating);
  const longest = sequences.reduce((most, sequence, i) => Math.max(most, lengthOf(sequence, i)), 0);
  const { maxlen = longest } = options;
  if (!Number.isInteger(maxlen) || maxlen < 0) throw new ValueError(`padSequences: maxlen is ${maxlen}; expected a whole number ≥ 0.`);

  const out = newTypedArray(dtype, sequences.length * maxlen);
  if (value !== 0) out.fill(value);
  sequences.forEach((sequence, row) => {
    const kept = Math.min(sequence.length, maxlen);
    const from = truncating === 'pre' ? sequence.length - kept : 0;
    const to = row * maxlen + (padding === 'pre' ? maxlen - kept : 0);
    for (let i = 0; i < kept; i++) out[to + i] = sequence[from + i];
  });
  return new HostArray(out, [sequences.length, maxlen], dtype);
}

/** Typed arrays hold numbers by nature; plain arrays are looked through, as anything else would become 0 or NaN. */
function lengthOf(sequence: ArrayLike<number>, row: number): number {
  if (ArrayBuffer.isView(sequence)) return sequence.length;
  if (!Array.isArray(sequence)) throw new DtypeError(`padSequences: sequence ${row} is ${describe(sequence)}; expected an array of numbers.`);
  const wrong = sequence.findIndex((v) => typeof v !== 'number');
  if (wrong >= 0) {
    throw new DtypeError(`padSequences: sequence ${row} holds ${describe(sequence[wrong])} at ${wrong}; expected numbers. Words want TextVectorization first.`);
  }
  return sequence.length;
}

function checkSide(option: string, side: Side): void {
  if (side !== 'pre' && side !== 'post') throw unknownName(`padSequences ${option}`, String(side), ['pre', 'post']);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? 'an array' : String(value);
}
