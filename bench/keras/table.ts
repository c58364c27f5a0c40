import type { Row } from '../row';
import { fixed } from '../table';

export const kerasHead = ['tutorial, run', 'epochs', 'wgrad s', 'Keras s', 'Keras ÷ wgrad', 'whole: wgrad s', 'whole: Keras s', 'n'];

export function kerasCells(rows: readonly Row[]): string[][] {
  return rows.map((row) =>
    row.error
      ? [row.name, row.error]
      : [
          row.name,
          String(row.epochs),
          fixed(row.seconds, 1),
          fixed(row.kerasSeconds, 1),
          fixed(row.ratio, 2),
          fixed(row.processSeconds, 1),
          fixed(row.kerasProcessSeconds, 1),
          String(row.n),
        ],
  );
}
