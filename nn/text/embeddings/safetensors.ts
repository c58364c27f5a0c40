/** An embedding in a safetensors file, whose words are given beside it. */
import { DataError, unknownName } from '../../../engine/errors';
import { HostArray } from '../../../engine/tensor/host-array';
import { formatShape } from '../../../engine/tensor/shape';
import { parseSafetensors } from '../../saving/safetensors';
import { floatsIn, type FloatType } from './floats';
import type { ReadOptions } from './options';
import type { EmbeddingTable } from './table';

const TYPES: Readonly<Record<string, FloatType | undefined>> = { F64: 'f64', F32: 'f32', F16: 'f16', BF16: 'bf16' };

export function readSafetensorsTable(bytes: Uint8Array<ArrayBuffer>, name: string, origin: string, options: ReadOptions): EmbeddingTable {
  const { vocabulary, variable, oovBuckets = 0, combiner, tokens } = options;
  if (!vocabulary) throw new DataError(`${origin} is a safetensors file, which holds no words: give them with the option vocabulary.`);
  const [entries, data] = parseSafetensors(bytes, origin);
  const tables = [...entries].filter(([, { dtype, shape }]) => Object.hasOwn(TYPES, dtype) && shape.length === 2 && shape[1] > 0);
  const expected = vocabulary.length + oovBuckets;
  const fitting = variable === undefined ? tables.filter(([, { shape }]) => shape[0] === expected) : tables.filter(([key]) => key === variable);
  const shown = tables.map(([key, { shape }]) => `${key} ${formatShape(shape)}`).join(', ') || 'none';
  if (variable !== undefined && fitting.length === 0) throw unknownName(`table of ${origin}`, variable, tables.map(([key]) => key));
  if (fitting.length !== 1) {
    throw new DataError(`${origin} has ${fitting.length} tables of ${expected} rows, one for each word and bucket; its tables are: ${shown}. ${fitting.length > 1 ? 'Choose with the option variable.' : 'Is the vocabulary its own?'}`);
  }
  const [[key, { dtype, shape, data_offsets: [start, end] }]] = fitting;
  if (shape[0] !== expected) throw new DataError(`${origin}: ${key} has shape ${formatShape(shape)}; ${vocabulary.length} words and ${oovBuckets} buckets take ${expected} rows.`);
  const values = floatsIn(data, start, end - start, TYPES[dtype] as FloatType);
  return { name, vocabulary, dim: shape[1], rows: shape[0], vectors: new HostArray(values, shape), oovBuckets, combiner, tokens, origin };
}
