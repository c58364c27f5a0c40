/** One chart over several runs. */
import type { Figure } from './render';

/** A colour for each run: the loss on the validation set as a line, on the training set dashed. */
export function compareRuns(runs: Record<string, Record<string, number[]>>, caption: string): Figure {
  const series = (run: string, kind: string, losses: number[]): object[] => losses.map((loss, i) => ({ run, kind, epoch: i + 1, loss }));
  const values = Object.entries(runs).flatMap(([run, { loss, val_loss }]) => [...series(run, 'validation', val_loss), ...series(run, 'training', loss)]);
  return {
    caption,
    charts: [{
      width: 480,
      height: 300,
      data: { values },
      mark: { type: 'line', aria: false },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: 'Epoch', axis: { tickMinStep: 1, format: 'd', grid: false }, scale: { domainMin: 1, nice: false } },
        y: { field: 'loss', type: 'quantitative', title: 'Binary cross-entropy', scale: { zero: false } },
        color: { field: 'run', type: 'nominal', title: null, sort: null },
        strokeDash: { field: 'kind', type: 'nominal', title: null, sort: ['validation', 'training'] },
      },
    }],
  };
}
