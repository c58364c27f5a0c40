/** Accuracies of several runs in one chart. */
import type { Figure } from '../render';

/** A line for each run: a quantity by epoch. */
export function byEpoch(runs: Record<string, number[]>, title: string, caption: string): Figure {
  return {
    caption,
    charts: [{
      width: 480,
      height: 260,
      data: { values: Object.entries(runs).flatMap(([run, values]) => values.map((value, i) => ({ run, epoch: i + 1, value }))) },
      mark: { type: 'line', point: true, aria: false },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: 'Epoch', axis: { tickMinStep: 1, format: 'd', grid: false }, scale: { domainMin: 1, nice: false } },
        y: { field: 'value', type: 'quantitative', title, scale: { zero: false } },
        color: { field: 'run', type: 'nominal', title: null, sort: null },
      },
    }],
  };
}

export interface AccuracyOfLabels {
  readonly way: string;
  readonly labels: number;
  readonly accuracy: number;
}

/** A line for each way of training: accuracy against the number of labels, on a logarithmic scale. */
export function accuracyByLabels(points: readonly AccuracyOfLabels[], caption: string): Figure {
  return {
    caption,
    charts: [{
      width: 480,
      height: 260,
      data: { values: [...points] },
      mark: { type: 'line', point: true, aria: false },
      encoding: {
        x: { field: 'labels', type: 'quantitative', title: 'Labels', scale: { type: 'log' }, axis: { values: [...new Set(points.map(({ labels }) => labels))], format: ',d', grid: false } },
        y: { field: 'accuracy', type: 'quantitative', title: 'Test accuracy', scale: { zero: false } },
        color: { field: 'way', type: 'nominal', title: null, sort: null },
      },
    }],
  };
}
