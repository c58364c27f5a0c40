/** The table of `model.summary()`, laid out as Keras lays it out. */
import { host } from '#platform';
import type { Layer } from '../core/layer';
import { type PartialShape, shapeList } from '../core/structure';
import type { Variable } from '../../engine/tensor/variable';
import type { Model } from './model';

export interface SummaryOptions {
  /** Characters per line; default 88. */
  readonly lineLength?: number;
  /** Whether the layers of inner models are listed; default false. */
  readonly expandNested?: boolean;
  /** Where the lines go; default the terminal. */
  readonly print?: (line: string) => void;
}

/** Shares of the line for name, output shape and parameters. */
const SHARES = [0.45, 0.35, 0.2];

export function summary(model: Model, options: SummaryOptions = {}): void {
  const { lineLength = 88, expandNested = false, print = (line) => host.terminal.write(`${line}\n`) } = options;
  const widths = columnWidths(lineLength - SHARES.length - 1);
  const table = rows(model, expandNested, 0, widths[0] - 2);
  const rule = (left: string, mid: string, right: string, dash: string): string =>
    left + widths.map((width) => dash.repeat(width)).join(mid) + right;

  print(`Model: "${model.name}"`);
  print(rule('┏', '┳', '┓', '━'));
  print(formatRow(['Layer (type)', 'Output Shape', 'Param #'], widths, '┃'));
  print(rule('┡', '╇', '┩', '━'));
  table.forEach((lines, i) => {
    if (i > 0) print(rule('├', '┼', '┤', '─'));
    for (const line of lines) print(formatRow(line, widths, '│'));
  });
  print(rule('└', '┴', '┘', '─'));

  const optimizer = model.optimizerParams;
  const count = (weights: readonly Variable[]): number => weights.reduce((sum, { size }) => sum + size, 0);
  print(` Total params: ${formatCount(model.countParams() + optimizer)}`);
  print(` Trainable params: ${formatCount(count(model.trainableWeights))}`);
  print(` Non-trainable params: ${formatCount(count(model.nonTrainableWeights))}`);
  if (optimizer > 0) print(` Optimizer params: ${formatCount(optimizer)}`);
}

/** A list of lines, each with three cells, for every layer. */
function rows(model: Model, expandNested: boolean, depth: number, nameWidth: number): string[][][] {
  return model.layerShapes().flatMap(([layer, shape]) => {
    const unbuilt = shape === null && !layer.built;
    const cells = [shape ? shapeList(shape).map(formatOutputShape).join(', ') : '?', unbuilt ? '0 (unbuilt)' : layer.countParams().toLocaleString('en-US')];
    const [first, ...rest] = nameLines(layer, depth, nameWidth);
    const row = [[first, ...cells], ...rest.map((name) => [name, '', ''])];
    const inner = expandNested && isModel(layer) ? rows(layer, true, depth + 1, nameWidth) : [];
    return [row, ...inner];
  });
}

function isModel(layer: Layer): layer is Model {
  return 'layers' in layer;
}

/** `dense (Dense)`, on two lines where one is too short. */
function nameLines(layer: Layer, depth: number, width: number): string[] {
  const indent = depth > 0 ? `${'   '.repeat(depth)}└ ` : '';
  const type = `(${layer.constructor.name.replace(/^_/, '')})`;
  const line = `${indent}${layer.name} ${type}`;
  return line.length <= width ? [line] : [shorten(`${indent}${layer.name}`, width), shorten(type, width)];
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function formatOutputShape(shape: PartialShape): string {
  return `(${shape.map((n) => n ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}

function formatRow([name, shape, params]: string[], [a, b, c]: number[], border: string): string {
  const cells = [name.padEnd(a - 2), shape.padEnd(b - 2), params.padStart(c - 2)];
  return `${border} ${cells.join(` ${border} `)} ${border}`;
}

/** Whole columns for the shares of `width`: what rounding down leaves goes to the largest fractions. */
function columnWidths(width: number): number[] {
  const widths = SHARES.map((share) => Math.floor(share * width));
  const byFraction = SHARES.map((share, i) => ({ i, fraction: share * width - widths[i] })).sort((p, q) => q.fraction - p.fraction);
  const left = width - widths.reduce((sum, n) => sum + n, 0);
  for (const { i } of byFraction.slice(0, left)) widths[i]++;
  return widths;
}

/** `101,770 (397.54 KB)`, four bytes each. */
function formatCount(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let bytes = count * 4;
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${count.toLocaleString('en-US')} (${bytes.toFixed(2)} ${units[unit]})`;
}
