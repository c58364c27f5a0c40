/** Which of a SavedModel's variables is the embedding. */
import { DataError, unknownName } from '../../../../engine/errors';
import { formatShape } from '../../../../engine/tensor/shape';
import type { BundleTensor } from './bundle';

/** The parts, from the first row to the last, and what they are together. */
export interface EmbeddingVariable {
  readonly name: string;
  readonly parts: readonly BundleTensor[];
  readonly rows: number;
  readonly dim: number;
}

const SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE';
/** An optimizer's variables have the shapes of the weights. */
const SLOTS = /(?:^|\/)optimizer\/_variables\/|\/\.OPTIMIZER_SLOT\/|\/(?:Adam|Adagrad|Momentum|RMSProp)(?:_\d+)?$/;
/** `embeddings/part_3`, `embeddings/3`: one table in several variables. */
const NUMBERED = /^(?:(.*\/part)_|(.*embeddings?)\/)(\d+)$/i;

/**
 * `named`: as the user names it. Otherwise the only table that has a row for each of `words` words; among several, the only
 * one with "embedding" in its name.
 */
export function chooseVariable(tensors: readonly BundleTensor[], named: string | undefined, words: number, what: string): EmbeddingVariable {
  const tables = merged(tensors.filter(({ name, type, shape }) => type && shape.length === 2 && shape[1] > 0 && !SLOTS.test(name)).map(single));
  const shown = tables.map(({ name, rows, dim }) => `${name} ${formatShape([rows, dim])}`).join(', ');
  if (named !== undefined) {
    const found = tables.find(({ name }) => name === named.replace(SUFFIX, ''));
    if (!found) throw unknownName(`variable of ${what}`, named, tables.map(({ name }) => name));
    return found;
  }
  const large = tables.filter(({ rows }) => rows >= words && rows > 0);
  const likely = large.length > 1 ? large.filter(({ name }) => /embedding/i.test(name)) : large;
  if (likely.length === 1) return likely[0];
  if (large.length > 0) throw new DataError(`${what} has several tables that may be the embedding: ${shown}. Choose with the option variable.`);
  throw new DataError(`${what} has no table of two dimensions with ${words > 0 ? `a row for each of ${words} words` : 'any rows'}${tables.length > 0 ? `, only ${shown}` : ''}. Is it a text embedding, and the vocabulary its own?`);
}

function single(tensor: BundleTensor): EmbeddingVariable {
  return { name: tensor.name.replace(SUFFIX, ''), parts: [tensor], rows: tensor.shape[0], dim: tensor.shape[1] };
}

/** Numbered parts 0 … n − 1 of one width and type become one table. */
function merged(tables: readonly EmbeddingVariable[]): EmbeddingVariable[] {
  const groups = new Map<string, { number: number; table: EmbeddingVariable }[]>();
  for (const table of tables) {
    const [, part, list, number] = NUMBERED.exec(table.name) ?? [];
    const name = number === undefined ? table.name : (part?.replace(/\/part$/i, '') ?? list);
    groups.set(name, [...(groups.get(name) ?? []), { number: Number(number ?? 0), table }]);
  }
  return [...groups].flatMap(([name, group]) => {
    const members = group.sort((a, b) => a.number - b.number).map(({ table }) => table);
    const [{ dim, parts: [{ type }] }] = members;
    const fits = group.every(({ number, table }, i) => number === i && table.dim === dim && table.parts[0].type === type);
    if (members.length === 1 || !fits) return members;
    return [{ name, parts: members.flatMap(({ parts }) => parts), rows: members.reduce((sum, { rows }) => sum + rows, 0), dim }];
  });
}
