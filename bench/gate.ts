/**
 * The regression gate. Absolute times belong to a machine and a moment; ratios of times that were measured in turn, in the
 * same run, do not. All of these are better the larger they are: how many times faster we are than something else.
 */
import { type Row } from './row';

/** By name, in the order of the rows. */
export type Ratios = Readonly<Record<string, number>>;

/** By kind of adapter. */
export type Baseline = Readonly<Record<string, Ratios>>;

/** A ratio may lose this share of itself. */
export const ALLOWED_LOSS = 0.2;

/** Every ratio that the rows hold: against the roofline's kernels, plain kernels, steps one by one, the bare calls, and peers. */
export function ratiosOf(rows: readonly Row[]): Ratios {
  const ratios: Record<string, number> = {};
  const put = (name: string, ratio: unknown): void => {
    if (typeof ratio === 'number' && Number.isFinite(ratio) && ratio > 0) ratios[name] = Number(ratio.toPrecision(4));
  };
  for (const row of rows) {
    if (row.error !== undefined) continue;
    switch (row.suite) {
      case 'kernels':
        // Of the least times: the roofline is the best that was seen.
        put(`${row.name}: of the roofline`, ((row.roofline as number) * row.medianMs!) / row.minMs!);
        put(`${row.name}: × plain`, row.timesNaive);
        break;
      case 'steps':
        put(`${row.name}: times faster than`, row.slower);
        put(`${row.name}: bare calls ÷ replay`, 1 / (row.replayOverFloor as number));
        break;
      case 'memory':
        put(`${row.name}: saved ÷ temporaries`, 1 / (row.deviceRatio as number));
        break;
      case 'peers':
        put(row.name, row.ratio);
    }
  }
  return ratios;
}

export interface Loss {
  readonly name: string;
  readonly was: number;
  readonly is: number;
}

/** What lost more than the allowed share against the baseline. Ratios that only one side has are no losses. */
export function lossesAgainst(baseline: Ratios, now: Ratios, allowed = ALLOWED_LOSS): Loss[] {
  return Object.entries(baseline)
    .filter(([name, was]) => name in now && now[name] < was * (1 - allowed))
    .map(([name, was]) => ({ name, was, is: now[name] }));
}

/** What the gate has to say, and whether it holds. To compare nothing is to fail. */
export function verdict(baseline: Ratios | undefined, now: Ratios, adapter: string): { readonly text: string; readonly ok: boolean } {
  if (!baseline) return { text: `bench/baseline.json has nothing for ${adapter}; make it with --update-baseline.`, ok: false };
  const compared = Object.keys(baseline).filter((name) => name in now).length;
  if (compared === 0) return { text: 'No ratio of bench/baseline.json was measured in this run.', ok: false };
  const losses = lossesAgainst(baseline, now);
  const lines = losses.map(({ name, was, is }) => `  ${name}: ${is.toPrecision(3)}, was ${was.toPrecision(3)} (−${Math.round(100 * (1 - is / was))} %)`);
  const summary = `${compared} ratios compared with bench/baseline.json, ${losses.length} lost more than ${100 * ALLOWED_LOSS} %${losses.length > 0 ? ':' : '.'}`;
  return { text: [summary, ...lines].join('\n'), ok: losses.length === 0 };
}

/** The baseline with this run's ratios in place of its own; what was not measured stays. */
export function updated(baseline: Baseline, adapter: string, now: Ratios): Baseline {
  return { ...baseline, [adapter]: { ...baseline[adapter], ...now } };
}
