/**
 * Files of words and their vectors: word2vec's text and binary formats (https://code.google.com/archive/p/word2vec,
 * word2vec.c) and GloVe's text (https://nlp.stanford.edu/projects/glove). A word is UTF-8; what isn't becomes U+FFFD.
 */
import { DataError } from '../../../engine/errors';
import { ByteStream } from '../../datasets/byte-stream';
import { Rows } from './rows';

export interface WordVectors {
  readonly words: readonly string[];
  readonly dim: number;
  /** Row-major, a row for each word. */
  readonly values: Float32Array<ArrayBuffer>;
}

const SPACE = 0x20;
const LINE_END = 0x0a;
/** Of a line or a word, in bytes: far beyond any that exist. */
const MAX_LINE = 2 ** 20;
const MAX_WORD = 2 ** 16;
const MAX_DIM = 2 ** 16;

// A byte-order mark is part of the word.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** A line for each word: the word, then its numbers, each behind a blank. The first line has one word without blanks. */
export function readGlove(stream: Stream, origin: string, maxWords: number): Promise<WordVectors> {
  return reading(stream, origin, async (input) => {
    const words: string[] = [];
    let rows: Rows | undefined;
    let dim = 0;
    while (words.length < maxWords) {
      const line = await input.until(LINE_END, MAX_LINE);
      if (!line) break;
      const fields = fieldsOf(line);
      if (fields.length === 0) {
        await onlyBlank(input, origin, words.length + 1);
        break;
      }
      dim ||= fields.length - 1;
      if (dim === 0) throw new DataError(`${origin}: line 1 has a word and no numbers. It is not in GloVe's format.`);
      rows ??= new Rows(dim, 0);
      words.push(fillRow(fields, rows.next(), `${origin}: line ${words.length + 1}`));
    }
    if (!rows) throw new DataError(`${origin} holds no vectors.`);
    return { words, dim, values: rows.joined() };
  });
}

/** A line "words dimensions", then lines as GloVe's. */
export function readWord2vecText(stream: Stream, origin: string, maxWords: number): Promise<WordVectors> {
  return reading(stream, origin, async (input) => {
    const { count, dim } = await headerOf(input, origin);
    const rows = new Rows(dim, Math.min(count, maxWords));
    const words: string[] = [];
    while (words.length < Math.min(count, maxWords)) {
      const line = await input.until(LINE_END, MAX_LINE);
      if (!line) throw new DataError(`${origin} is cut off: it announces ${count} words and has ${words.length}.`);
      words.push(fillRow(fieldsOf(line), rows.next(), `${origin}: line ${words.length + 2}`));
    }
    if (words.length === count) await onlyBlank(input, origin, count + 2);
    return { words, dim, values: rows.joined() };
  });
}

/** A line "words dimensions", then for each word its bytes, a blank and its numbers, f32 little-endian; some write a line's end too. */
export function readWord2vecBinary(stream: Stream, origin: string, maxWords: number): Promise<WordVectors> {
  return reading(stream, origin, async (input) => {
    const { count, dim } = await headerOf(input, origin);
    const rows = new Rows(dim, Math.min(count, maxWords));
    const words: string[] = [];
    while (words.length < Math.min(count, maxWords)) {
      const word = await input.until(SPACE, MAX_WORD);
      if (!word) throw new DataError(`${origin} is cut off: it announces ${count} words and has ${words.length}.`);
      words.push(decoder.decode(word[0] === LINE_END ? word.subarray(1) : word));
      const row = rows.next();
      await input.fill(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
    }
    if (words.length === count) {
      const rest = await input.peek(2);
      if (rest.length > 1 || (rest.length === 1 && rest[0] !== LINE_END)) throw new DataError(`${origin} goes on behind the ${count} words that it announces.`);
    }
    return { words, dim, values: rows.joined() };
  });
}

async function reading<T>(stream: Stream, origin: string, read: (input: ByteStream) => Promise<T>): Promise<T> {
  const input = new ByteStream(stream, origin);
  try {
    return await read(input);
  } finally {
    await input.close();
  }
}

async function headerOf(input: ByteStream, origin: string): Promise<{ count: number; dim: number }> {
  const line = await input.until(LINE_END, 100);
  const [, count, dim] = /^(\d{1,12}) (\d{1,6})\s*$/.exec(line ? decoder.decode(line) : '') ?? [];
  if (!(Number(count) > 0 && Number(dim) > 0 && Number(dim) <= MAX_DIM)) {
    throw new DataError(`${origin}: the first line is ${JSON.stringify(line && decoder.decode(line))}; expected how many words and dimensions there are, as in word2vec's formats.`);
  }
  return { count: Number(count), dim: Number(dim) };
}

/** Parted at blanks only: GloVe has words with other white space in them. White space at the end of the line goes. */
function fieldsOf(line: Uint8Array): string[] {
  const text = decoder.decode(line).replace(/[ \t\r]+$/, '');
  return text === '' ? [] : text.split(' ');
}

/** Fills `row` with the last fields; returns the word, which may have blanks in it (glove.840B has such). */
function fillRow(fields: readonly string[], row: Float32Array, where: string): string {
  const first = fields.length - row.length;
  if (first < 1) throw new DataError(`${where} has a word and ${Math.max(fields.length - 1, 0)} numbers; expected ${row.length}.`);
  for (let i = 0; i < row.length; i++) {
    const field = fields[first + i];
    row[i] = Number(field);
    if (!Number.isFinite(row[i]) || field === '') throw new DataError(`${where}: ${JSON.stringify(field)} is no number (f32).`);
  }
  return fields.slice(0, first).join(' ');
}

/** Blank lines may follow the last word, and nothing else. */
async function onlyBlank(input: ByteStream, origin: string, line: number): Promise<void> {
  for (let rest = await input.until(LINE_END, MAX_LINE); rest; rest = await input.until(LINE_END, MAX_LINE)) {
    if (fieldsOf(rest).length > 0) throw new DataError(`${origin} goes on behind its last word, at line ${line} or later: ${JSON.stringify(decoder.decode(rest).slice(0, 60))}.`);
  }
}
