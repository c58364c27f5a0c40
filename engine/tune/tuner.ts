/**
 * Which variant of a kernel serves a class of shapes, by measurement. An op asks while it is recorded, and cannot wait:
 * what nobody has measured yet gets the cost model's choice, and is measured at the next wait for the device. Only where
 * that finds a better variant are steps recorded anew.
 */
import type { Trial, Tunable, Variants } from './tunable';

/** Names of the variants chosen, by tunable and class of shapes. */
export type TuningTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Milliseconds that each of several forms of the same work takes. */
export type Measurer = (forms: readonly (() => void)[]) => Promise<readonly number[]>;

/** A variant has to be so much faster than the cost model's choice: less is noise, and other bits for nothing. */
const WORTHWHILE = 0.95;

interface Question {
  readonly tunable: Tunable;
  readonly shape: string;
  readonly variants: Variants<unknown>;
  readonly trial: () => Trial<unknown>;
}

export class Tuner {
  private readonly choices: Record<string, Record<string, string>>;
  private readonly asked = new Map<string, Question>();
  private running: Promise<boolean> | null = null;

  constructor(
    table: TuningTable,
    /** `null`: the table is all there is. */
    private readonly measure: Measurer | null,
    /** Keeps the table for later runs. */
    private readonly save: (table: TuningTable) => Promise<void> = async () => {},
  ) {
    this.choices = Object.fromEntries(Object.entries(table).map(([name, shapes]) => [name, { ...shapes }]));
  }

  /** All choices so far, in alphabetical order. */
  get table(): TuningTable {
    const sorted = <T>(record: Record<string, T>): [string, T][] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted(this.choices).map(([name, shapes]) => [name, Object.fromEntries(sorted(shapes))]));
  }

  /** Whether something waits to be measured. */
  get asking(): boolean {
    return this.asked.size > 0 || this.running !== null;
  }

  /** The variant that serves shapes of a class. `trial` is called when it comes to measuring, and may hold no tensor until then. */
  choose<V>(tunable: Tunable, shape: string, variants: Variants<V>, trial: () => Trial<V>): V {
    const [first] = variants.values();
    const chosen = this.choices[tunable.name]?.[shape];
    if (chosen !== undefined) return variants.get(chosen) ?? first;
    if (this.measure && variants.size > 1) {
      this.asked.set(`${tunable.name} ${shape}`, { tunable, shape, variants, trial: trial as () => Trial<unknown> });
    }
    return first;
  }

  /** Measures what was asked for. Whether a variant other than the cost model's was chosen. */
  run(): Promise<boolean> {
    this.running ??= this.answer().finally(() => (this.running = null));
    return this.running;
  }

  private async answer(): Promise<boolean> {
    let changed = false;
    while (this.asked.size > 0) {
      const [[key, question]] = this.asked;
      const name = await this.fastest(question);
      (this.choices[question.tunable.name] ??= {})[question.shape] = name;
      changed ||= name !== question.variants.keys().next().value;
      this.asked.delete(key);
    }
    await this.save(this.table);
    return changed;
  }

  private async fastest({ variants, trial }: Question): Promise<string> {
    const one = trial();
    try {
      const names = [...variants.keys()];
      const times = await this.measure!([...variants.values()].map((variant) => () => one.run(variant)));
      const best = times.indexOf(Math.min(...times));
      return times[best] < WORTHWHILE * times[0] ? names[best] : names[0];
    } finally {
      one.dispose();
    }
  }
}
