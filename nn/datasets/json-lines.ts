/** JSON lines: a JSON value on every line. */
import { DataError } from '../../engine/errors';

/**
 * The values in `bytes`, UTF-8, split at line feeds only (other line separators belong to the text). Throws a DataError
 * with the line's number where one is no JSON or not UTF-8.
 */
export function parseJsonLines(bytes: Uint8Array, path: string): unknown[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      // Line by line, so that a string keeps nothing but itself in memory.
      values.push(JSON.parse(decoder.decode(bytes.subarray(start, end))));
    } catch (error) {
      const what = error instanceof SyntaxError ? `no JSON (${error.message})` : 'not UTF-8';
      throw new DataError(`${path}: line ${values.length + 1} is ${what}. The file is cut off or damaged; replace it.`, { cause: error });
    }
    start = end + 1;
  }
  return values;
}
