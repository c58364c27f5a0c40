/** The table of `model.summary()`, laid out as Keras lays it out. */
import { host } from '#platform';
import type { Layer } from '../core/layer';
import { type PartialShape, shapeList, type Shapes } from '../core/structure';
import type { Variable } from '../../engine/tensor/variable';
import type { Model } from './model';

export interface SummaryOptions {
  /** Characters per line; default 88, 108 with a column of connections, and 12 more with one of trainable layers. */
  readonly lineLength?: number;
  /** Whether the layers of inner models are listed; default false. */
  readonly expandNested?: boolean;
  /** Whether a column tells which layers are trained; default false. */
  readonly showTrainable?: boolean;
  /** Where the lines go; default the terminal. */
  readonly print?: (line: string) => void;
}

interface Column {
  readonly title: string;
  /** Where it ends, as a share of the line. */
  readonly end: number;
  readonly align: (text: string, width: number) => string;
  readonly cell: (layer: Layer, shape: Shapes | null, indent: string) => string;
}

const left = (text: string, width: number): string => text.padEnd(width);
const right = (text: string, width: number): string => text.padStart(width);
const center = (text: string, width: number): string => text.padStart(text.length + ((width - text.length) >> 1)).padEnd(width);

export function summary(model: Model, options: SummaryOptions = {}): void {
  const connections = model.connections();
  const columns = columnsOf(connections, options.showTrainable ?? false);
  const length = options.lineLength ?? (connections ? 108 : 88) + (options.showTrainable ? 12 : 0);
  const { expandNested = false, print = (line) => host.terminal.write(`${line}\n`) } = options;
  const widths = columnWidths(columns, length);
  const rule = (start: string, mid: string, end: string, dash: string): string =>
    start + widths.map((n) => dash.repeat(n + 2)).join(mid) + end;
  const line = (border: string, cells: readonly string[]): string =>
    `${border} ${columns.map(({ align }, i) => align(cells[i], widths[i])).join(` ${border} `)} ${border}`;

  print(`Model: "${model.name}"`);
  print(rule('┏', '┳', '┓', '━'));
  print(line('┃', columns.map(({ title }, i) => shorten(title, widths[i]))));
  print(rule('┡', '╇', '┩', '━'));
  rows(model, columns, expandNested).forEach((cells, i) => {
    if (i > 0) print(rule('├', '┼', '┤', '─'));
    const wrapped = cells.map((text, c) => wrap(text, widths[c]));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    for (let l = 0; l < height; l++) print(line('│', wrapped.map((lines) => lines[l] ?? '')));
  });
  print(rule('└', '┴', '┘', '─'));

  const optimizer = model.optimizerParams;
  const count = (weights: readonly Variable[]): number => weights.reduce((sum, { size }) => sum + size, 0);
  print(` Total params: ${formatCount(model.countParams() + optimizer)}`);
  print(` Trainable params: ${formatCount(count(model.trainableWeights))}`);
  print(` Non-trainable params: ${formatCount(count(model.nonTrainableWeights))}`);
  if (optimizer > 0) print(` Optimizer params: ${formatCount(optimizer)}`);
}

function columnsOf(connections: ReadonlyMap<Layer, readonly string[]> | null, showTrainable: boolean): Column[] {
  const [name, shape, params] = connections ? [0.3, 0.56, 0.74] : [0.45, 0.8, 1];
  const columns: Column[] = [
    { title: 'Layer (type)', end: name, align: left, cell: (layer, _, indent) => `${indent}${layer.name} (${typeOf(layer)})` },
    { title: 'Output Shape', end: shape, align: left, cell: (_, outputs) => (outputs ? formatOutputs(outputs) : '?') },
    { title: 'Param #', end: params, align: right, cell: (layer, outputs) => (outputs || layer.built ? formatInteger(layer.countParams()) : '0 (unbuilt)') },
  ];
  if (connections) {
    columns.push({ title: 'Connected to', end: 1, align: left, cell: (layer) => connections.get(layer)?.join(', ') || '-' });
  }
  if (!showTrainable) return columns;
  const trainable = (layer: Layer): string => (layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N');
  const narrowed = columns.map((column) => ({ ...column, end: column.end * 0.9 }));
  return [...narrowed, { title: 'Trainable', end: 1, align: center, cell: trainable }];
}

/** The cells of every layer, those of inner models below them. */
function rows(model: Model, columns: readonly Column[], expandNested: boolean, depth = 0): string[][] {
  const indent = depth > 0 ? `${'   '.repeat(depth)}└ ` : '';
  return model.layerShapes().flatMap(([layer, shape]) => [
    columns.map(({ cell }) => cell(layer, shape, indent)),
    ...(expandNested && isModel(layer) ? rows(layer, columns, true, depth + 1) : []),
  ]);
}

/** The class's name, without the underscore that bundlers may put before it. */
function typeOf(layer: Layer): string {
  return layer.constructor.name.replace(/^_/, '');
}

function isModel(layer: Layer): layer is Model {
  return 'layers' in layer;
}

/**
 * What columns have for text. Keras gives each its share of the line in whole characters, to which borders and spaces come on top;
 * rich takes the excess from all alike, and the one character left over from the last but one.
 */
function columnWidths(columns: readonly Column[], length: number): number[] {
  const ends = columns.map(({ end }) => Math.floor(end * length));
  return ends.map((end, i) => end - (ends[i - 1] ?? 0) - (i === columns.length - 2 ? 4 : 3));
}

/** Lines of whole words; words that are too long lose their end. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.trimEnd().length > width) lines.push(word);
    else lines[lines.length - 1] = last + word;
  }
  return lines.map((line) => shorten(line.trimEnd(), width));
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `(None, 10)`, or `[(None, 10), (None, 3)]` where there are several. */
function formatOutputs(shapes: Shapes): string {
  const list = shapeList(shapes).map(formatOutputShape);
  return list.length === 1 ? list[0] : `[${list.join(', ')}]`;
}

function formatOutputShape(shape: PartialShape): string {
  return `(${shape.map((n) => n ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
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
  return `${formatInteger(count)} (${bytes.toFixed(2)} ${units[unit]})`;
}

function formatInteger(n: number): string {
  return n.toLocaleString('en-US');
}
