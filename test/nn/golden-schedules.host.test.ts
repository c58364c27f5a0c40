/** Learning-rate schedules over 46 steps: against the real Keras, and made again from their configuration. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostArray } from '../../engine/tensor/host-array';
import * as schedules from '../../nn/schedules';
import type { LearningRateSchedule } from '../../nn/schedules';
import { expectClose, readGolden } from '../support/golden';

interface Golden {
  readonly cases: readonly { readonly name: string; readonly schedule: string; readonly config: object; readonly rates: HostArray }[];
}

const test = suite('schedules, golden');
const classes = schedules as unknown as Readonly<Record<string, new (config: object) => LearningRateSchedule>>;

for (const { name, schedule, config, rates } of readGolden<Golden>('schedules').cases) {
  test(name, async () => {
    const made = new classes[schedule](config);
    const ratesOf = (one: LearningRateSchedule): number[] => Array.from(rates.data, (_, step) => one.rateAt(step));
    // Keras computes in f32, where the end of a cosine is 1 − 1.
    await expectClose(ratesOf(made), [...rates.data], { rtol: 1e-6, atol: 1e-8 }, 'rate of step ');
    assert.equal(ratesOf(new classes[schedule](made.getConfig())), ratesOf(made), 'made again');
  });
}

test('periods of one length', () => {
  const schedule = schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 4, tMul: 1, mMul: 0.5 });
  const expected = [1, 0.5, 0.5, 0.25, 0.25, 0.125];
  expected.forEach((rate, i) => assert.ok(Math.abs(schedule.rateAt(2 * i) - rate) < 1e-12, `step ${2 * i}`));
});

test('impossible options', () => {
  assert.throws(() => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 0.5 }), /decaySteps is 0/);
  assert.throws(() => schedules.piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] }), /one value more/);
  assert.throws(() => schedules.piecewiseConstantDecay({ boundaries: [2, 2], values: [1, 2, 3] }), /increasing/);
  assert.throws(() => schedules.cosineDecay({ initialLearningRate: 0, decaySteps: 5, warmupSteps: 2 }), /warmupTarget/);
  assert.throws(() => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 5, tMul: 0.5 }), /tMul is 0.5/);
});

test.run();
