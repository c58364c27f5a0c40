/**
 * Auto MPG: fuel consumption of 398 cars of the years 1970 to 1982 (R. Quinlan, "Combining Instance-Based and Model-Based
 * Learning", 1993; UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/9/auto+mpg).
 */
import { DataError } from '../../engine/errors';
import { Table } from '../data/table';
import { chooseData, type DataKind, type LoadOptions } from './choice';
import { findFile } from './source';
import { generateCars } from './synthetic/cars';

const SET = 'auto-mpg';
const URL = 'https://archive.ics.uci.edu/ml/machine-learning-databases/auto-mpg/';
const file = { name: 'auto-mpg.data', bytes: 30_286, sha256: '48b830e11feee5572525f8f1691ddb9d38d3d7b7063edcd8fca672c2a5e17d8d' };

/** Miles per gallon, and what is known of the car: displacement in cubic inches, weight in pounds, seconds from 0 to 60 mph. */
export const columnNames = ['MPG', 'Cylinders', 'Displacement', 'Horsepower', 'Weight', 'Acceleration', 'Model Year', 'Origin'] as const;

/** The codes of the column Origin. */
export const origins = { USA: 1, Europe: 2, Japan: 3 } as const;

export interface LoadedCars {
  /** A row for each car, NaN where a value is missing. */
  cars: Table;
  kind: DataKind;
  /** Where the data came from, for people. */
  source: string;
}

/**
 * `{ cars, kind, source }`: 398 rows with the columns of `columnNames`, six of them without Horsepower. File:
 * `auto-mpg.data` in `$WGRAD_DATA/auto-mpg`, or downloaded. Throws a DataError for a damaged file, and with
 * `data: 'real'` where it can't be had.
 */
export function loadData(options: LoadOptions = {}): Promise<LoadedCars> {
  return chooseData(SET, options.data, {
    async real() {
      const { bytes, path, place } = await findFile(SET, file, URL, options);
      return { cars: parseCars(new TextDecoder().decode(bytes), path), source: place };
    },
    synthetic: () => ({ cars: new Table(columnsOf(generateCars())) }),
  });
}

/** A car per line: eight numbers between blanks, `?` for one that is missing; then a tab and the name, which is left out. */
function parseCars(text: string, path: string): Table {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new DataError(`${path} is empty; expected a car on each line.`);
  return new Table(columnsOf(lines.map((line, i) => {
    const fields = line.split('\t')[0].trim().split(/ +/);
    const numbers = fields.map((field) => (field === '?' ? NaN : Number(field || 'none')));
    if (fields.length !== columnNames.length || numbers.some((number, at) => !Number.isFinite(number) && fields[at] !== '?')) {
      throw new DataError(`${path}, line ${i + 1}: "${line}"; expected ${columnNames.length} numbers or "?" between blanks, then a tab and the car's name.`);
    }
    return numbers;
  })));
}

function columnsOf(rows: readonly (readonly number[])[]): [string, number[]][] {
  return columnNames.map((name, i) => [name, rows.map((row) => row[i])]);
}
