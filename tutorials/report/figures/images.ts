/** Images: one in colours, several in a grid. */
import type { HostArray } from 'wgrad';
import { dataUri, greyPng } from '../png';
import type { Figure } from '../render';

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

/** Image `i` as a data URI. */
export function pictureOf(images: HostArray, i: number, white: number): string {
  const { data, shape: [, height, width] } = images.slice(i, i + 1);
  return dataUri('image/png', greyPng(Array.from(data, (value) => Math.round(255 * (1 - value / white))), width, height));
}

const everyFifth = (n: number): number[] => Array.from({ length: Math.ceil(n / 5) }, (_, i) => 5 * i);
