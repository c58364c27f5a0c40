import type { Row } from '../row';
import { fixed } from '../table';

export const peerHead = ['model, tokens', 'system', 'ms per step', 'least', 'most', '÷ wgrad', 'read each step', 'first step', 'n', 'form'];

/** Rows of one or more models, as cells. */
export function peerCells(rows: readonly Row[]): string[][] {
  return rows.map((row) => {
    const { model, tokens, system, backend } = row as Row & Record<'model' | 'tokens' | 'system' | 'backend', string>;
    const name = tokens === 'none' ? model : `${model}, ${tokens}`;
    if (row.error) return [name, `${system} ${backend}`, row.error];
    const speed = row.gflops === undefined ? '' : ` (${fixed(row.gflops, 1)} GFLOP/s)`;
    return [
      name,
      `${system} ${backend}`,
      `${digits(row.medianMs)}${speed}`,
      digits(row.minMs),
      digits(row.maxMs),
      fixed(row.ratio, 1),
      digits(row.readEachMs),
      digits(row.firstMs),
      String(row.n),
      [row.form, row.waiting === 'dozing' ? 'dozing' : ''].filter(Boolean).join(', '),
    ];
  });
}

/** Three significant digits, whole numbers from 100 on. */
function digits(value: unknown): string {
  if (typeof value !== 'number') return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
