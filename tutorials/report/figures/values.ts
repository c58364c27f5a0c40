/** Single numbers: predictions against what is true, and how they are distributed. */
import type { Figure } from '../render';
import { RIGHT } from './style';

interface Titles {
  x: string;
  y: string;
}

/** Points on a square from 0, with the diagonal on which both are equal. */
export function scatter(points: readonly (readonly [x: number, y: number])[], titles: Titles, caption: string): Figure {
  const end = points.reduce((most, point) => Math.max(most, ...point), 0) * 1.05;
  const axis = (field: 'x' | 'y'): object => ({ field, type: 'quantitative', title: titles[field], scale: { domain: [0, end], nice: false } });
  const encoding = { x: axis('x'), y: axis('y') };
  return {
    caption,
    charts: [{
      width: 320,
      height: 320,
      layer: [
        { data: { values: [{ x: 0, y: 0 }, { x: end, y: end }] }, mark: { type: 'line', color: '#999', strokeWidth: 1, aria: false }, encoding },
        { data: { values: points.map(([x, y]) => ({ x, y })) }, mark: { type: 'point', filled: true, color: RIGHT, size: 28, opacity: 0.75, clip: true, aria: false }, encoding },
      ],
    }] as Figure['charts'],
  };
}

/** How many of `values` fall into each of `bins` equal parts of their range, the last of which holds its end too. */
export function histogram(values: readonly number[], bins: number, titles: Titles, caption: string): Figure {
  return {
    caption,
    charts: [{
      width: 420,
      height: 220,
      data: { values: binned(values, bins) },
      mark: { type: 'bar', color: RIGHT, stroke: 'white', strokeWidth: 0.5, aria: false },
      encoding: {
        x: { field: 'from', type: 'quantitative', title: titles.x, scale: { zero: false, nice: false }, axis: { grid: false } },
        x2: { field: 'to' },
        y: { field: 'count', type: 'quantitative', title: titles.y, axis: { tickMinStep: 1, format: 'd' } },
        y2: { datum: 0 },
      },
    }] as Figure['charts'],
  };
}

/** As NumPy's `histogram`: values that are all alike lie in the middle of a range of 1. */
function binned(values: readonly number[], bins: number): { from: number; to: number; count: number }[] {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / bins;
  const parts = Array.from({ length: bins }, (_, i) => ({ from: low + i * width, to: low + (i + 1) * width, count: 0 }));
  for (const value of values) parts[Math.min(Math.floor((value - low) / width), bins - 1)].count++;
  return parts;
}
