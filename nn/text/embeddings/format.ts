/** Which of the known formats a file has, by its content. */
import { DataError } from '../../../engine/errors';
import { isTarHeader } from '../../datasets/tar';

export const formats = ['saved-model', 'word2vec-text', 'word2vec-binary', 'glove', 'safetensors'] as const;
export type EmbeddingFormat = (typeof formats)[number];

/** How much of the file is looked at. */
export const HEAD = 2 ** 16;

/** `head`: the first HEAD bytes of the unpacked content, or all. */
export function formatOf(head: Uint8Array<ArrayBuffer>, origin: string): EmbeddingFormat {
  const refused = (why: string): DataError => new DataError(`${origin} ${why}. Readable are a SavedModel (its folder, .tar.gz or .tar), word2vec's text and binary formats, GloVe's text and safetensors.`);
  if (head.length === 0) throw refused('is empty');
  if (isTarHeader(head.subarray(0, 512))) return 'saved-model';
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) throw refused('is a zip archive: unpack it and choose one of its files');
  if (head[8] === 0x7b && head[6] === 0 && head[7] === 0) return 'safetensors';
  const [first, second] = linesOf(head);
  const announced = /^\d+ (\d+)\s*$/.exec(first);
  if (announced) return numbersIn(second) === Number(announced[1]) ? 'word2vec-text' : 'word2vec-binary';
  if (numbersIn(first) > 0) return 'glove';
  throw refused('has none of the known formats');
}

function linesOf(head: Uint8Array): string[] {
  return [...new TextDecoder().decode(head).split('\n', 2), ''];
}

/** How many numbers a line ends in behind a word; 0 where something else is among them. */
function numbersIn(line: string): number {
  const numbers = line.trimEnd().split(' ').slice(1);
  return numbers.every((field) => field !== '' && Number.isFinite(Number(field))) ? numbers.length : 0;
}
