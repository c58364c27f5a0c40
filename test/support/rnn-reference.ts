/** Recurrent cells in float64 and plain loops, as their equations are written in the papers and in Keras. */
import type { KnownActivation } from '../../engine/ops/rnn';

export type CellName = 'simpleRnn' | 'lstm' | 'gru';

export const GATES: Readonly<Record<CellName, number>> = { simpleRnn: 1, lstm: 4, gru: 3 };
export const STATES: Readonly<Record<CellName, number>> = { simpleRnn: 1, lstm: 2, gru: 1 };

export interface RnnCase {
  readonly cell: CellName;
  readonly batch: number;
  readonly time: number;
  readonly units: number;
  readonly activation: KnownActivation;
  readonly recurrentActivation: KnownActivation;
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  /** [batch, time], or all steps count. */
  readonly mask: readonly boolean[] | null;
  readonly length: number;
  /** The reset gate of a GRU after the state's product. */
  readonly resetAfter: boolean;
}

export interface RnnInputs {
  readonly xz: ArrayLike<number>;
  readonly wh: ArrayLike<number>;
  /** Of a GRU's state's product. */
  readonly bias: ArrayLike<number> | null;
  /** [batch, units] each; zeros if there are none. */
  readonly states: readonly ArrayLike<number>[];
}

const functions: Readonly<Record<KnownActivation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  hardSigmoid: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
};

/** y and the last states. */
export function rnnReference(given: RnnCase, { xz, wh, bias, states }: RnnInputs): { y: Float64Array; states: Float64Array[] } {
  const { cell, batch, time, units, goBackwards, returnSequences, mask, length, resetAfter } = given;
  const gates = GATES[cell];
  const phi = functions[given.activation];
  const sigma = functions[given.recurrentActivation];
  const y = new Float64Array(batch * units * (returnSequences ? time : 1));
  const last = Array.from({ length: STATES[cell] }, () => new Float64Array(batch * units));
  for (let b = 0; b < batch; b++) {
    let h = Float64Array.from({ length: units }, (_, u) => states[0]?.[b * units + u] ?? 0);
    let c = Float64Array.from({ length: units }, (_, u) => states[1]?.[b * units + u] ?? 0);
    for (let s = 0; s < time; s++) {
      const t = goBackwards ? time - 1 - s : s;
      if (t < length && (mask?.[b * time + t] ?? true)) {
        const x = (gate: number, u: number): number => xz[((b * time + t) * gates + gate) * units + u];
        const product = (state: Float64Array, gate: number, u: number): number =>
          state.reduce((sum, value, k) => sum + value * wh[(k * gates + gate) * units + u], bias?.[gate * units + u] ?? 0);
        const next = new Float64Array(units);
        if (cell === 'simpleRnn') {
          for (let u = 0; u < units; u++) next[u] = phi(x(0, u) + product(h, 0, u));
        } else if (cell === 'lstm') {
          const cells = new Float64Array(units);
          for (let u = 0; u < units; u++) {
            const [i, f, g, o] = [0, 1, 2, 3].map((gate) => x(gate, u) + product(h, gate, u));
            cells[u] = sigma(f) * c[u] + sigma(i) * phi(g);
            next[u] = sigma(o) * phi(cells[u]);
          }
          c = cells;
        } else {
          const z = h.map((_, u) => sigma(x(0, u) + product(h, 0, u)));
          const r = h.map((_, u) => sigma(x(1, u) + product(h, 1, u)));
          const reset = h.map((value, u) => r[u] * value);
          for (let u = 0; u < units; u++) {
            const g = phi(x(2, u) + (resetAfter ? r[u] * product(h, 2, u) : product(reset, 2, u)));
            next[u] = z[u] * h[u] + (1 - z[u]) * g;
          }
        }
        h = next;
      }
      if (returnSequences) y.set(h, (b * time + t) * units);
    }
    if (!returnSequences) y.set(h, b * units);
    last.forEach((state, i) => state.set(i === 0 ? h : c, b * units));
  }
  return { y, states: last };
}
