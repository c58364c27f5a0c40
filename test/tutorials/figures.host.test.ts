import { unzlibSync } from 'fflate';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostArray } from '../../engine/tensor/host-array';
import { accuracyByLength, curves, errorCurves, gradientNorms, heatMap, histogram, imageGrid, predictionGrid, probabilityBars, scatter } from '../../tutorials/report/figures';
import { greyPng } from '../../tutorials/report/png';
import { renderFigure } from '../../tutorials/report/render';

const names = ['T-shirt/top', 'Trouser', 'Pullover'];
const images = new HostArray(Float32Array.from({ length: 3 * 4 }, (_, i) => i / 11), [3, 2, 2]);
const probabilities = HostArray.from([[0.1, 0.7, 0.2], [0.05, 0.05, 0.9], [1, 0, 0]]);
const labels = new HostArray(Uint8Array.of(1, 0, 0), [3]);

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

test('a PNG holds the very pixels, row by row', () => {
  const pixels = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
  const png = greyPng(pixels, 3, 2);
  const view = new DataView(png.buffer);
  assert.equal([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.equal([view.getUint32(16), view.getUint32(20)], [3, 2]);
  const length = view.getUint32(33);
  assert.is(new TextDecoder().decode(png.subarray(37, 41)), 'IDAT');
  assert.equal([...unzlibSync(png.subarray(41, 41 + length))], [0, 0, 40, 80, 0, 120, 160, 200]);
  // The last chunk is the same in every PNG, checksum included.
  assert.equal([...png.subarray(-12)], [0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
});

test('curves: a chart for each quantity, a point for each epoch, validation beside training', async () => {
  const html = await renderFigure(curves({ loss: [3, 2, 1], accuracy: [0.1, 0.5, 0.9], val_loss: [3, 3, 3], val_accuracy: [0, 0, 0] }, 'Both'), 'f');
  assert.is(count(html, /<svg /g), 2);
  for (const text of ['>Loss<', '>Accuracy<', '>Epoch<', '>training<', '>validation<', '<figcaption>Both</figcaption>']) assert.match(html, text);
  const alone = await renderFigure(curves({ loss: [3, 2, 1] }, ''), 'f');
  assert.not.match(alone, 'validation');
});

test('curves with validation: dots for training, a line for validation, from epoch 1', async () => {
  const html = await renderFigure(curves({ loss: [3, 2, 1], val_loss: [3, 3, 2] }, ''), 'f');
  assert.is(count(html, /class="mark-symbol role-mark layer_0_marks"/g), 1);
  assert.is(count(html, /class="mark-line role-mark layer_1_marks"/g), 1);
  assert.not.match(html, '>0</text>');
});

test('error curves: a chart for each metric, training and validation in each, cut at the largest value', async () => {
  const axes = { mae: { title: 'Mean Abs Error', max: 5 }, mse: { title: 'Mean Square Error', max: 20 } };
  const html = await renderFigure(errorCurves({ mae: [9, 2], mse: [90, 4], val_mae: [8, 3], val_mse: [70, 9] }, axes, ''), 'f');
  assert.is(count(html, /<svg /g), 2);
  for (const text of ['>Mean Abs Error<', '>Mean Square Error<', '>Epoch<', '>Train Error<', '>Val Error<', '>20<']) assert.match(html, text);
  assert.not.match(html, '>25<');
  assert.match(html, /class="mark-group role-scope pathgroup"[^>]*>[^]*clip-path/);
});

test('a scatter is square, from 0, with the diagonal', async () => {
  const html = await renderFigure(scatter([[10, 20], [40, 30]], { x: 'True', y: 'Predicted' }, ''), 'f');
  for (const text of ['>True<', '>Predicted<']) assert.match(html, text);
  assert.match(html, 'd="M0,320L320,0"');
  // 10 of 42 from the left, 20 of 42 from below.
  const [x, y] = [(320 * 10) / 42, 320 - (320 * 20) / 42];
  assert.ok([...html.matchAll(/translate\(([\d.]+),([\d.]+)\)/g)].some(([, left, top]) => Math.abs(Number(left) - x) < 0.01 && Math.abs(Number(top) - y) < 0.01));
});

test('a histogram has a bar for each bin, as NumPy counts them', () => {
  // numpy.histogram([0, 1, 1.5, 2, 4], bins=4)[0]
  const { charts } = histogram([0, 1, 1.5, 2, 4], 4, { x: 'Error', y: 'Count' }, '');
  const { values } = (charts[0] as { data: { values: { from: number; to: number; count: number }[] } }).data;
  assert.equal(values.map(({ count }) => count), [1, 2, 1, 1]);
  assert.equal([values[0].from, values[3].to], [0, 4]);
  const alike = histogram([3, 3], 2, { x: '', y: '' }, '').charts[0] as { data: { values: { count: number }[] } };
  assert.equal(alike.data.values.map(({ count }) => count), [0, 2]);
});

test('accuracy by length: a line for each cell, a tick for each length', async () => {
  const points = [64, 512].flatMap((length) => ['simple-rnn', 'lstm'].map((cell) => ({ cell, length, accuracy: 0.8 })));
  const html = await renderFigure(accuracyByLength(points, ''), 'f');
  for (const text of ['>simple-rnn<', '>lstm<', '>64<', '>512<']) assert.match(html, text);
});

test('gradient norms: a chart for each title on a logarithmic scale, without zeros', async () => {
  const lines = [{ cell: 'simple-rnn', norms: [0, 1e-6, 1e-3] }, { cell: 'lstm', norms: [0.1, 0.2, 0.3] }];
  const html = await renderFigure(gradientNorms({ before: lines, after: lines }, ''), 'f');
  assert.is(count(html, /<svg /g), 2);
  for (const text of ['>before<', '>after<', '>1e-6<']) assert.match(html, text);
  assert.not.match(html, /NaN|Infinity/);
});

test('a history without epochs is drawn too', async () => {
  assert.is(count(await renderFigure(curves({ loss: [], accuracy: [] }, ''), 'f'), /<svg /g), 2);
});

test('a heat map has a cell for each pixel and a colour bar', async () => {
  const html = await renderFigure(heatMap(images.slice(0, 1).reshape([2, 2]), ''), 'f');
  assert.is(count(html, /fill="rgb\([^"]*\)"/g), 4);
  assert.match(html, 'linearGradient id="f-0-gradient');
  assert.match(html, /fill="url\(#f-0-gradient_\d+\)"/);
});

test('an image grid shows every image over its label', async () => {
  const html = await renderFigure(imageGrid(images, names, 2, ''), 'f');
  assert.is(count(html, /<image /g), 3);
  assert.is(new Set(html.match(/data:image\/png;base64,[^"]+/g)).size, 3);
  for (const name of names) assert.match(html, `>${name}<`);
  assert.not.match(html, /xlink:href="(?!data:)/);
});

test('predictions: caption blue when right and red when wrong, bars alike', async () => {
  const html = await renderFigure(predictionGrid(images, probabilities, labels, names, ''), 'f');
  const captions = [...html.matchAll(/fill="(#[0-9a-f]+)"[^>]*>([^<]+ \d+% \([^<]+\))</g)].map(([, color, text]) => [color, text]);
  assert.equal(captions, [
    ['#1f5fa8', 'Trouser 70% (Trouser)'],
    ['#c0392b', 'Pullover 90% (T-shirt/top)'],
    ['#1f5fa8', 'T-shirt/top 100% (T-shirt/top)'],
  ]);
  const bars = [...html.matchAll(/aria-roledescription="[^"]*mark[^"]*"|<path d="M[^"]*" fill="(#[0-9a-f]+)"/g)].map((match) => match[1]).filter(Boolean);
  assert.equal(bars, ['#999', '#1f5fa8', '#999', '#1f5fa8', '#999', '#c0392b', '#1f5fa8', '#999', '#999']);
});

test('class probabilities name every class, at a slant', async () => {
  const html = await renderFigure(probabilityBars(probabilities.slice(0, 1).reshape([3]), 0, names, 'Bars'), 'f');
  for (const name of names) assert.match(html, new RegExp(`rotate\\((-45|315)\\)[^>]*>${name}<`));
});

test.run();
