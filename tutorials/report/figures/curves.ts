/** Quantities that change: over the epochs, with the length of sequences, through time. */
import type { Figure } from '../render';
import { RIGHT } from './style';

const TITLES: Record<string, string> = { loss: 'Loss', accuracy: 'Accuracy' };

/** One chart per quantity over the epochs: a line; where there is validation, that is the line, and training are dots. */
export function curves(history: Record<string, number[]>, caption: string): Figure {
  const quantities = Object.keys(history).filter((name) => !name.startsWith('val_'));
  return { caption, charts: quantities.map((name) => curve(TITLES[name] ?? name, history[name], history[`val_${name}`])) };
}

function curve(title: string, training: number[], validation?: number[]): Figure['charts'][number] {
  const series = (kind: string, values: number[] = []): object[] => values.map((value, i) => ({ epoch: i + 1, value, kind }));
  // A line through one point cannot be seen.
  const line = { type: 'line', point: !validation || validation.length === 1, aria: false } as const;
  const of = (kind: string): object => ({ filter: `datum.kind === '${kind}'` });
  return {
    width: 270,
    height: 190,
    data: { values: [...series('training', training), ...series('validation', validation)] },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', title: 'Epoch', axis: { tickMinStep: 1, format: 'd', grid: false }, scale: { domainMin: 1, nice: false } },
      y: { field: 'value', type: 'quantitative', title, scale: { zero: false } },
      color: validation ? { field: 'kind', type: 'nominal', title: null, legend: { orient: 'top' } } : { value: RIGHT },
    },
    layer: validation
      ? [{ transform: [of('training')], mark: { type: 'point', filled: true, aria: false } }, { transform: [of('validation')], mark: line }]
      : [{ mark: line }],
  } as never;
}

/** A line for each cell: accuracy against the length of sequences, on a logarithmic scale. */
export function accuracyByLength(points: { cell: string; length: number; accuracy: number }[], caption: string): Figure {
  return {
    caption,
    charts: [{
      width: 360,
      height: 220,
      data: { values: points },
      mark: { type: 'line', point: true, aria: false },
      encoding: {
        x: { field: 'length', type: 'quantitative', title: 'Length', scale: { type: 'log', base: 2 }, axis: { values: points.map(({ length }) => length), format: 'd', grid: false } },
        y: { field: 'accuracy', type: 'quantitative', title: 'Test accuracy', scale: { zero: false } },
        color: { field: 'cell', type: 'nominal', title: null, sort: null, legend: { orient: 'top' } },
      },
    }],
  };
}

/** A chart for each title: the norm of the gradient at every timestep, a line for each cell; zeros are left out. */
export function gradientNorms(charts: Record<string, { cell: string; norms: number[] }[]>, caption: string): Figure {
  return {
    caption,
    charts: Object.entries(charts).map(([title, lines]) => ({
      title,
      width: 270,
      height: 220,
      data: { values: lines.flatMap(({ cell, norms }) => norms.flatMap((norm, i) => (norm > 0 ? [{ cell, norm, timestep: i + 1 }] : []))) },
      mark: { type: 'line', aria: false },
      encoding: {
        x: { field: 'timestep', type: 'quantitative', title: 'Timestep', axis: { format: 'd', tickMinStep: 1, grid: false }, scale: { domain: [1, Math.max(...lines.map(({ norms }) => norms.length))], nice: false } },
        y: { field: 'norm', type: 'quantitative', title: 'Norm of the gradient', scale: { type: 'log' }, axis: { format: '.0e', tickCount: 6 } },
        color: { field: 'cell', type: 'nominal', title: null, sort: null, legend: { orient: 'top' } },
      },
    })),
  };
}

/**
 * Errors in training and validation, on charts as wide as the page: one for each of `axes`, by the metric's name, with its
 * title and the largest value shown.
 */
export function errorCurves(history: Record<string, number[]>, axes: Record<string, { title: string; max: number }>, caption: string): Figure {
  const series = (kind: string, values: number[] = []): object[] => values.map((value, i) => ({ epoch: i, value, kind }));
  const charts = Object.entries(axes).map(([name, { title, max }]) => ({
    width: 520,
    height: 220,
    data: { values: [...series('Train Error', history[name]), ...series('Val Error', history[`val_${name}`])] },
    mark: { type: 'line', clip: true, strokeWidth: 1.2, aria: false },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', title: 'Epoch', axis: { tickMinStep: 1, format: 'd', grid: false }, scale: { nice: false } },
      y: { field: 'value', type: 'quantitative', title, scale: { domain: [0, max] }, axis: { minExtent: 24 } },
      color: { field: 'kind', type: 'nominal', title: null, sort: null, legend: { orient: 'top' } },
    },
  }));
  return { caption, charts: charts as Figure['charts'] };
}
