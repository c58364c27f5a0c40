/** Columns of numbers under names, as a data frame holds them: what tabular data sets load into. */
import { ShapeError, unknownName, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { NumpyRandom } from '../datasets/numpy-random';

export interface ColumnStatistics {
  /** Values that are not missing; the others are over these alone. */
  readonly count: number;
  readonly mean: number;
  /** The population's standard deviation (divided by `count`, as NumPy has it; pandas divides by one less). */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** A column's values; NaN is a missing one. */
export type Column = readonly number[];

/** Immutable; every method gives another table. Rows keep the number they had at first, whatever is dropped or drawn. */
export class Table {
  /** Numbers of the rows. */
  readonly index: readonly number[];
  private readonly values: ReadonlyMap<string, Column>;

  /** Columns of equal length, in order; `index` numbers the rows from 0 on, unless given. */
  constructor(columns: Iterable<readonly [name: string, values: Column]>, index?: readonly number[]) {
    this.values = new Map(columns);
    const lengths = Array.from(this.values.values(), ({ length }) => length);
    this.index = index ?? Array.from({ length: lengths[0] ?? 0 }, (_, i) => i);
    const wrong = lengths.findIndex((length) => length !== this.index.length);
    if (wrong >= 0) throw new ShapeError(`Table: column "${this.columns[wrong]}" has ${lengths[wrong]} values; expected ${this.index.length}, one for each row.`);
  }

  get columns(): string[] {
    return [...this.values.keys()];
  }

  /** Number of rows. */
  get length(): number {
    return this.index.length;
  }

  get shape(): [rows: number, columns: number] {
    return [this.length, this.values.size];
  }

  /** The values of a column. */
  column(name: string): Column {
    const values = this.values.get(name);
    if (!values) throw unknownName('column', name, this.columns);
    return values;
  }

  // ---- rows

  /** Rows at these places, in this order. */
  take(places: readonly number[]): Table {
    const wrong = places.find((place) => !(place >= 0 && place < this.length));
    if (wrong !== undefined) throw new ShapeError(`Table.take: row ${wrong} is out of range for ${this.length} rows.`);
    const pick = (values: Column): Column => places.map((place) => values[place]);
    return new Table(Array.from(this.values, ([name, values]) => [name, pick(values)]), pick(this.index));
  }

  /** Rows `start` to `end` (excluded); negative numbers count from the end, as in `Array.slice`. */
  slice(start: number, end?: number): Table {
    return this.take(this.places().slice(start, end));
  }

  /** The rows without a missing value. */
  dropMissing(): Table {
    const columns = [...this.values.values()];
    return this.take(this.places().filter((place) => columns.every((values) => !Number.isNaN(values[place]))));
  }

  /** Missing values in each column. */
  missing(): Record<string, number> {
    return Object.fromEntries(Array.from(this.values, ([name, values]) => [name, values.filter(Number.isNaN).length]));
  }

  /** The rows that pandas's `sample(frac=…, random_state=seed)` draws, in its order: the start of a permutation of all. */
  sample({ fraction, seed }: { fraction: number; seed: number }): Table {
    if (!(fraction >= 0 && fraction <= 1)) throw new ValueError(`Table.sample: fraction is ${fraction}; expected a number from 0 to 1.`);
    return this.take([...new NumpyRandom(seed).permutation(this.length).subarray(0, roundHalfToEven(fraction * this.length))]);
  }

  /** The rows that `others` does not have, by their numbers. */
  except(others: Table): Table {
    const gone = new Set(others.index);
    return this.take(this.places().filter((place) => !gone.has(this.index[place])));
  }

  // ---- columns

  /** These columns alone, in this order. */
  select(names: readonly string[]): Table {
    return new Table(names.map((name) => [name, this.column(name)]), this.index);
  }

  /** All columns but these. */
  without(...names: string[]): Table {
    for (const name of names) this.column(name);
    return this.select(this.columns.filter((name) => !names.includes(name)));
  }

  /** A column of codes becomes, at the end, a column of 0 and 1 for each code: `{ USA: 1, Europe: 2, Japan: 3 }`. */
  oneHot(name: string, codes: Readonly<Record<string, number>>): Table {
    const known = Object.values(codes);
    const unknown = this.column(name).find((code) => !known.includes(code));
    if (unknown !== undefined) throw new ValueError(`Table.oneHot: column "${name}" holds ${unknown}; expected one of ${known.join(', ')}.`);
    const added = Object.entries(codes).map(([label, code]) => [label, this.column(name).map((value) => Number(value === code))] as const);
    return new Table([...this.without(name).values, ...added], this.index);
  }

  /** Statistics of every column, by its name. */
  describe(): Record<string, ColumnStatistics> {
    return Object.fromEntries(Array.from(this.values, ([name, values]) => [name, statistics(values)]));
  }

  /** All values, f32 [rows, columns]. */
  toHostArray(): HostArray {
    const columns = [...this.values.values()];
    const data = new Float32Array(this.length * columns.length);
    for (let i = 0; i < data.length; i++) data[i] = columns[i % columns.length][Math.floor(i / columns.length)];
    return new HostArray(data, this.shape);
  }

  /** Rows in lines, for a person: their numbers, then the columns. */
  toString(): string {
    const text = (value: number): string => (Number.isInteger(value) || Number.isNaN(value) ? String(value) : value.toFixed(2).replace(/0$/, ''));
    const blocks = [['', ...this.index.map(String)], ...Array.from(this.values, ([name, values]) => [name, ...values.map(text)])];
    const widths = blocks.map((cells) => cells.reduce((width, { length }) => Math.max(width, length), 0));
    return Array.from({ length: this.length + 1 }, (_, row) => blocks.map((cells, i) => cells[row].padStart(widths[i])).join('  ')).join('\n');
  }

  private places(): number[] {
    return Array.from(this.index, (_, place) => place);
  }
}

function statistics(values: Column): ColumnStatistics {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  return { count: known.length, mean, std: Math.sqrt(variance), min: Math.min(...known), max: Math.max(...known) };
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
