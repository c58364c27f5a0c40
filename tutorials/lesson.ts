/** What a tutorial is given: its options, the report it writes into, and `run`, which records what was measured. */
import { type CallbackLike, clearSession, type datasets, type DeviceInfo, type History, type HostArray, type Model, setSeed, type Shape, tuningHash, version } from 'wgrad';
import { host } from '#platform';
import { textTable } from '../engine/text-table';
import { estimate } from './estimate';
import { readRunSection, reportPage } from './report/page';
import type { Figure } from './report/render';
import { Report } from './report/report';
import { completeRuns, hashOf, interruption, npy, type Options, readResult, readText, type Result, type RunRecord } from './result';
import { labelTerminal } from './synthetic-label';

/** What data sets have for inputs: images in one array, a list of sequences, texts. */
export interface Rows {
  readonly length: number;
  slice(start: number, end: number): unknown;
}

interface Loaded<X extends Rows> {
  train: [x: X, y: HostArray];
  test: [x: X, y: HostArray];
  kind: Result['data'];
}

type Choice = NonNullable<Parameters<typeof datasets.mnist.loadData>[0]>['data'];

/** Thrown where the tutorial goes on after Ctrl-C: what there was is written. */
export class Interrupted extends Error {}

/** What a run hands over when it is done. */
export interface Outcome extends Pick<RunRecord, 'samples' | 'test' | 'measured'> {
  model: Pick<Model, 'countParams' | 'getWeights'>;
  history: Pick<History, 'epoch' | 'history' | 'timing'>;
  predictions: HostArray;
}

type Device = Pick<DeviceInfo, 'adapter' | 'driver' | 'software'>;

export interface LessonSetup {
  entry: { name: string; title: string; runs: string[] };
  options: Options;
  openDevice(): Promise<Device>;
  /** Where result.json, report.html and the predictions go. */
  folder: string;
  resume: boolean;
  /** `--runs`: the only ones to run; all where it is not given. */
  chosen?: readonly string[];
}

export class Lesson {
  private readonly runs: RunRecord[] = [];
  private readonly cut: string[] = [];
  private readonly report = new Report();
  private conditions: Omit<Result, 'cut' | 'runs'> | undefined;
  private current: { name: string; epochs: number; batch: number } | undefined;
  private interrupted = false;
  private earlier: ReturnType<Lesson['readEarlier']> | undefined;
  /** Whether the tutorial is cut to what is bearable without a GPU. */
  private shortened = false;

  constructor(private readonly setup: LessonSetup) {
    if (setup.options.data === 'synthetic') labelTerminal('SYNTHETIC');
  }

  // ---- data and options

  /** Loads a data set of a training and a test part: all of it, or the first rows under `--limit`. */
  async load<X extends Rows>(set: { loadData(options: { data: Choice }): Promise<Loaded<X>> }): Promise<Loaded<X>> {
    const { train, test, kind } = await this.open(set);
    const limited = ([x, y]: [X, HostArray], name: string): [X, HostArray] => [this.first(x, name), y.slice(0, this.setup.options.limit)];
    return { train: limited(train, 'training set'), test: limited(test, 'test set'), kind };
  }

  /**
   * Loads a data set of any form, and opens the device meanwhile. Prints the opening lines, which only now can carry
   * the label that the kind of data asks for.
   */
  async open<L extends { kind: Result['data'] }>(set: { loadData(options: { data: Choice }): Promise<L> }): Promise<L> {
    const { entry, options, openDevice } = this.setup;
    const [{ adapter, driver, software }, loaded] = await Promise.all([openDevice(), set.loadData({ data: options.data })]);
    const { kind } = loaded;
    this.conditions = { tutorial: entry.name, data: kind, adapter, driver, seed: options.seed, tuning: await tuningHash(), options };
    if (kind === 'synthetic') {
      this.report.label = 'SYNTHETIC';
      if (options.data !== 'synthetic') labelTerminal('SYNTHETIC');
    }
    host.terminal.write(`wgrad ${version}\nAdapter: ${adapter}\nGPU: ${software ? `NOT AVAILABLE (software: ${driver})` : 'available'}\n`);
    this.shortened = software && !options.full;
    setSeed(options.seed);
    return loaded;
  }

  /** All rows, or the first under `--limit`, which the report then says of them by this name. */
  first<X extends Rows>(rows: X, name: string): X {
    const { limit = Infinity } = this.setup.options;
    if (rows.length <= limit) return rows;
    this.cut.push(`${name}: ${limit} of ${rows.length} rows`);
    return rows.slice(0, limit) as X;
  }

  /** Epochs to train: `--epochs`, or the tutorial's own number; without a GPU `short`, unless `--full` is given. */
  epochs(own: number, short = own): number {
    const epochs = this.setup.options.epochs ?? (this.shortened ? short : own);
    const run = this.inRun('epochs');
    run.epochs = epochs;
    if (epochs < own) this.cut.push(`${run.name}: ${epochs} of ${own} epochs`);
    return epochs;
  }

  /** Batch size: the tutorial's own, or `--batch`. */
  batchSize(own = 32): number {
    return (this.inRun('batchSize').batch = this.setup.options.batch ?? own);
  }

  /** Lengths of sequences to compare: `--lengths`, or the tutorial's own; without a GPU `short`, unless `--full` is given. */
  lengths(own: readonly number[], short = own): readonly number[] {
    return this.setup.options.lengths ?? (this.shortened ? short : own);
  }

  /** How many of `own` rows to use for `what`: without a GPU `short` at most, unless `--full` is given. */
  rows(what: string, own: number, short = own): number {
    if (!this.shortened || short >= own) return own;
    this.cut.push(`${what}: ${short} of ${own} rows`);
    return short;
  }

  /** Size of the vocabulary: the tutorial's own, or `--max-tokens`. */
  maxTokens(own: number): number {
    const { maxTokens = own } = this.setup.options;
    if (maxTokens < own) this.cut.push(`vocabulary: ${maxTokens} of ${own} tokens`);
    return maxTokens;
  }

  /** Says, in result.json and in the report's head, what stands in for something of the original's. */
  instead(what: string): void {
    this.cut.push(what);
  }

  /** A callback for `fit` that tells, after the first 20 steps, how long the run will take. */
  estimate(options?: Parameters<typeof estimate>[0]): CallbackLike {
    return estimate(options);
  }

  get seed(): number {
    return this.setup.options.seed;
  }

  /** The path of a file of the tutorial's own, beside the report. */
  file(name: string): string {
    return host.files!.join(this.setup.folder, name);
  }

  // ---- the report

  heading(text: string): void {
    this.report.heading(text);
  }

  /** Paragraphs of the report, parted by blank lines; `code` and *emphasis* within. */
  explain(text: string): void {
    this.report.explain(text);
  }

  /** Prints a line, into the report too. */
  print(...values: (string | number | Shape | HostArray)[]): void {
    const line = values.map(format).join(' ');
    host.terminal.write(`${line}\n`);
    this.report.print(line);
  }

  /** Prints a table: the first column to the left, the others to the right. */
  table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    this.print(textTable(header, rows.map((row) => row.map(format))));
  }

  /** A figure of the report. */
  figure(figure: Figure): void {
    this.report.figure(figure);
  }

  // ---- runs

  /**
   * One of the tutorial's runs: starts names and randomness afresh, so that it does not depend on the runs before it,
   * and writes result.json and the report when it is done. Under `--resume` a run that is complete is kept.
   */
  async run(name: string, body: () => Promise<Outcome>): Promise<RunRecord> {
    if (this.interrupted) throw new Interrupted();
    const kept = await this.keep(name);
    if (kept) return kept;
    clearSession();
    setSeed(this.setup.options.seed);
    this.current = { name, epochs: 0, batch: 0 };
    this.report.run = name;
    host.terminal.write(`\n--- ${name} ---\n`);
    const record = await this.record(await body());
    this.current = undefined;
    this.report.run = null;
    await this.write();
    if (this.interrupted) throw new Interrupted();
    return record;
  }

  /** As `run`, for runs that do without the others: those that `--runs` does not name are only kept, under `--resume`. */
  runIfChosen(name: string, body: () => Promise<Outcome>): Promise<RunRecord | undefined> {
    const { chosen } = this.setup;
    return !chosen || chosen.includes(name) ? this.run(name, body) : this.keep(name);
  }

  /** Ctrl-C was pressed: the run under way ends after its step, and no other begins. */
  interrupt(): void {
    this.interrupted = true;
  }

  /** Whether that has happened: a training loop of the tutorial's own ends then. */
  get stopped(): boolean {
    return this.interrupted;
  }

  /** Writes result.json and report.html. */
  async write(): Promise<void> {
    if (!this.conditions) return;
    const { entry, folder } = this.setup;
    const missing = entry.runs.filter((name) => !this.runs.some((run) => run.name === name));
    const result = { ...this.conditions, tuning: await tuningHash(), cut: [...this.cut, ...missing.map((name) => `${name}: not run`)], runs: this.runs };
    const page = reportPage(entry.title, result, await this.report.render(), version);
    await host.files!.writeAtomic(host.files!.join(folder, 'report.html'), page);
    await host.files!.writeAtomic(host.files!.join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  }

  private async record({ model, history, samples, test, predictions, measured }: Outcome): Promise<RunRecord> {
    const { name, epochs, batch } = this.inRun('run');
    const done = history.epoch.length;
    if (this.interrupted) this.cut.push(interruption(name, done, epochs));
    const file = `${name}.predictions.npy`;
    await host.files!.writeAtomic(host.files!.join(this.setup.folder, file), npy(predictions));
    const { seconds, compileSeconds, msPerStep } = history.timing;
    const record: RunRecord = {
      name, params: model.countParams(), epochs: done, batch, samples, history: history.history, test,
      predictions: file, weightsSha256: await hashOf(await model.getWeights()), seconds, compileSeconds, msPerStep,
      ...(measured && { measured }),
    };
    this.runs.push(record);
    return record;
  }

  /** Under `--resume`, takes over what the folder holds of a complete run. */
  private async keep(name: string): Promise<RunRecord | undefined> {
    if (!this.setup.resume || !this.conditions) return undefined;
    const { result: earlier, page } = await (this.earlier ??= this.readEarlier());
    const record = completeRuns(earlier, this.conditions).find((run) => run.name === name);
    const section = readRunSection(page, name);
    if (!earlier || !record || section === undefined) return undefined;
    this.runs.push(record);
    this.cut.push(...earlier.cut.filter((note) => note.startsWith(`${name}: `)));
    this.report.keep(name, section);
    const test = Object.entries(record.test).map(([metric, value]) => `${metric} ${value.toFixed(4)}`).join(', ');
    host.terminal.write(`Kept the complete run ${name} (test ${test}).\n`);
    return record;
  }

  /** Read once: each run that is done is written over it. */
  private async readEarlier(): Promise<{ result: Result | undefined; page: string }> {
    const { folder } = this.setup;
    return { result: await readResult(folder), page: (await readText(host.files!.join(folder, 'report.html'))) ?? '' };
  }

  private inRun(method: string): NonNullable<Lesson['current']> {
    if (!this.current) throw new Error(`Lesson.${method} belongs inside a run.`);
    return this.current;
  }
}

/** Values as NumPy prints them, more or less: short numbers, a row per line. */
function format(value: string | number | Shape | HostArray): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : Math.abs(value) < 1e-4 ? value.toExponential(1) : value.toFixed(4);
  if ('length' in value && !('data' in value)) return `[${value.join(', ')}]`;
  const array = value as HostArray;
  if (array.shape.length === 0) return format(array.at());
  if (array.shape.length === 1) return `[${Array.from(array.data, format).join(' ')}]`;
  const rows = Array.from({ length: array.length }, (_, i) => format(array.slice(i, i + 1).reshape(array.shape.slice(1))));
  return `[${rows.join('\n ')}]`;
}
