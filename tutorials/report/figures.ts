/** The figures of the tutorials, as Vega-Lite descriptions. */
import type { HostArray } from 'wgrad';
import { dataUri, greyPng } from './png';
import type { Figure } from './render';

/** How a prediction is shown: right in blue, wrong in red. */
const RIGHT = '#1f5fa8';
const WRONG = '#c0392b';

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

/** One image [height, width] in a colour map, with its colour bar. */
export function heatMap(image: HostArray, caption: string): Figure {
  const [height, width] = image.shape;
  const values = Array.from(image.data, (value, i) => ({ x: i % width, y: Math.floor(i / width), value }));
  return {
    caption,
    charts: [{
      width: 280,
      height: 280,
      data: { values },
      mark: { type: 'rect', aria: false },
      encoding: {
        x: { field: 'x', type: 'ordinal', title: null, axis: { values: everyFifth(width), labelAngle: 0 } },
        y: { field: 'y', type: 'ordinal', title: null, axis: { values: everyFifth(height) } },
        color: { field: 'value', type: 'quantitative', title: null, scale: { scheme: 'viridis' }, legend: { gradientLength: 280 } },
      },
    }],
  };
}

/** Images [n, height, width] of range 0…`white` in inverted grey, in rows of `columns`, a label under each. */
export function imageGrid(images: HostArray, labels: readonly string[], columns: number, caption: string, white = 1): Figure {
  const rows = Math.ceil(images.length / columns);
  const values = labels.map((label, i) => ({
    url: pictureOf(images, i, white), label, column: i % columns, row: Math.floor(i / columns),
  }));
  const place = (field: string, cells: number): object => ({
    field, type: 'quantitative', axis: null, scale: { domain: [-0.5, cells - 0.5], nice: false, reverse: field === 'row' },
  });
  const encoding = { x: place('column', columns), y: place('row', rows) };
  return {
    caption,
    charts: [{
      width: columns * 100,
      height: rows * 112,
      data: { values },
      layer: [
        { mark: { type: 'image', width: 84, height: 84, yOffset: -8, smooth: false, aria: false } as never, encoding: { ...encoding, url: { field: 'url', type: 'nominal' } } },
        { mark: { type: 'text', dy: 45, fontSize: 11, color: '#222' }, encoding: { ...encoding, text: { field: 'label', type: 'nominal' } } },
      ],
    }],
  };
}

/**
 * Image and class probabilities side by side, three pairs to a row. The caption of an image says what was predicted,
 * how surely, and in brackets what it is.
 */
export function predictionGrid(images: HostArray, probabilities: HostArray, labels: HostArray, names: readonly string[], caption: string, white = 1): Figure {
  const charts = Array.from({ length: images.length }, (_, i) => {
    const row = Array.from(probabilities.slice(i, i + 1).data);
    const truth = labels.data[i];
    const predicted = argMax(row);
    const title = {
      text: `${names[predicted]} ${Math.round(100 * row[predicted])}% (${names[truth]})`,
      orient: 'bottom', anchor: 'middle', color: predicted === truth ? RIGHT : WRONG, offset: 6, dx: -50,
    };
    const bars = classBars(row, truth, { width: 110, height: 86 });
    const picture = {
      data: { values: [{ url: pictureOf(images, i, white) }] },
      mark: { type: 'image', width: 86, height: 86, smooth: false, aria: false },
      encoding: { url: { field: 'url', type: 'nominal' }, x: { value: -68 }, y: { value: 43 } },
    };
    // One size for all, whatever the caption's length.
    const frame = { autosize: 'none', width: 110, height: 86, padding: { left: 114, right: 6, top: 6, bottom: 36 } };
    return { ...frame, title, layer: [bars, picture] } as never;
  });
  return { caption, charts, columns: 3 };
}

/** The probabilities of one image, a bar for each class with its name below. */
export function probabilityBars(probabilities: HostArray, truth: number, names: readonly string[], caption: string): Figure {
  return { caption, charts: [classBars(Array.from(probabilities.data), truth, { width: 360, height: 220, names })] as never };
}

/** Grey bars from 0 to 1; the predicted class red, the true one blue. */
function classBars(row: number[], truth: number, { width, height, names }: { width: number; height: number; names?: readonly string[] }): object {
  const predicted = argMax(row);
  const values = row.map((probability, i) => ({
    label: names?.[i] ?? String(i), probability, color: i === truth ? RIGHT : i === predicted ? WRONG : '#999',
  }));
  return {
    width,
    height,
    data: { values },
    mark: { type: 'bar', aria: false },
    encoding: {
      x: { field: 'label', type: 'nominal', sort: null, title: null, axis: { labelAngle: names ? -45 : 0, labelFontSize: names ? 11 : 9, ticks: false } },
      y: { field: 'probability', type: 'quantitative', title: null, scale: { domain: [0, 1] }, axis: names ? { tickCount: 5 } : { values: [0, 1], labelFontSize: 9, grid: false } },
      color: { field: 'color', type: 'nominal', scale: null },
    },
  };
}

function pictureOf(images: HostArray, i: number, white: number): string {
  const { data, shape: [, height, width] } = images.slice(i, i + 1);
  return dataUri('image/png', greyPng(Array.from(data, (value) => Math.round(255 * (1 - value / white))), width, height));
}

function argMax(row: number[]): number {
  return row.indexOf(Math.max(...row));
}

const everyFifth = (n: number): number[] => Array.from({ length: Math.ceil(n / 5) }, (_, i) => 5 * i);
