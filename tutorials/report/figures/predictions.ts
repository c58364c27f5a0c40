/** What a classifier makes of images: right in blue, wrong in red. */
import type { HostArray } from 'wgrad';
import type { Figure } from '../render';
import { pictureOf } from './images';
import { RIGHT, WRONG } from './style';

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

function argMax(row: number[]): number {
  return row.indexOf(Math.max(...row));
}
