/** Maps [samples, rows, …] that no binding holds, in pieces: for rows of a target, the rows of the source that they need. */
import { ShapeError } from '../../errors';
import { lineWindowLimit } from '../../gpu/windows';

export interface Rows {
  /** In a sample. */
  readonly rows: number;
  readonly rowSize: number;
}

/** So many elements from `first` on. */
export interface Part {
  readonly first: number;
  readonly length: number;
}

export interface Piece {
  readonly source: Part;
  readonly target: Part;
  /** Rows of the target in each of its samples, the first of them, and the first row of the source. */
  readonly rows: number;
  readonly row: number;
  readonly sourceRow: number;
}

/** Which rows of the source those of the target from one to another need. */
export type Span = (from: number, to: number) => [number, number];

/** Whole samples, as many as fit one binding; or else rows of one sample, with the rows of the source that `span` says. */
export function* rowPieces(name: string, batch: number, source: Rows, target: Rows, span: Span): Generator<Piece> {
  const limit = lineWindowLimit();
  const [sourceSize, targetSize] = [source.rows * source.rowSize, target.rows * target.rowSize];
  const samples = Math.floor(limit / Math.max(sourceSize, targetSize));
  for (let b = 0; samples >= 1 && b < batch; b += samples) {
    const n = Math.min(samples, batch - b);
    yield {
      source: { first: b * sourceSize, length: n * sourceSize },
      target: { first: b * targetSize, length: n * targetSize },
      rows: target.rows,
      row: 0,
      sourceRow: 0,
    };
  }
  if (samples >= 1) return;
  for (let b = 0; b < batch; b++) {
    let rows: number;
    for (let row = 0; row < target.rows; row += rows) {
      rows = Math.min(Math.floor(limit / target.rowSize), target.rows - row);
      let [from, to] = span(row, row + rows);
      while (rows > 0 && (to - from) * source.rowSize > limit) {
        rows = Math.floor(rows / 2);
        [from, to] = span(row, row + rows);
      }
      if (rows === 0) {
        throw new ShapeError(
          `${name}: one row of the result needs more than ${limit} elements at once, the most that this adapter binds. ` +
            'Use smaller windows or rows.',
        );
      }
      // Elements between windows need nothing; yet something must be bound.
      if (to <= from) [from, to] = [Math.min(from, source.rows - 1), Math.min(from, source.rows - 1) + 1];
      yield {
        source: { first: b * sourceSize + from * source.rowSize, length: (to - from) * source.rowSize },
        target: { first: b * targetSize + row * target.rowSize, length: rows * target.rowSize },
        rows,
        row,
        sourceRow: from,
      };
    }
  }
}
