/** The regression gate's arithmetic, and what it makes of runs in which something is missing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { lossesAgainst, type Ratios, ratiosOf, updated, verdict } from '../../bench/gate';
import { covered } from '../../bench/measure/pass-clock';
import { lossDeviation, whyWrong } from '../../bench/peers/checks';
import { attainable, fraction } from '../../bench/roofline/roofline';
import { median, type Row } from '../../bench/row';

const kernel: Row = { suite: 'kernels', name: 'matmul', medianMs: 2, minMs: 1, roofline: 0.25, timesNaive: 8 };

test('a loss is what falls below four fifths', () => {
  const was = { a: 10, b: 10, c: 10, gone: 10 };
  assert.deepEqual(lossesAgainst(was, { a: 8.001, b: 7.999, c: 30, new: 0.1 }), [{ name: 'b', was: 10, is: 7.999 }]);
});

test('losses do not depend on scale', () => {
  const ratio = fc.double({ min: 0.01, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(ratio, fc.double({ min: 0.01, max: 3, noNaN: true }), (was, change) => {
      const lost = lossesAgainst({ a: was }, { a: was * change }).length === 1;
      return Math.abs(change - 0.8) < 1e-9 || lost === change < 0.8;
    }),
  );
});

test('ratios come from every suite, larger is better', () => {
  const rows: Row[] = [
    kernel,
    { suite: 'steps', name: 'step LSTM', slower: 5, replayOverFloor: 1.25 },
    { suite: 'steps', name: 'step MLP', replayOverFloor: 2 },
    { suite: 'peers', name: 'MLP: jax-js webgpu', ratio: 3.14159 },
    { suite: 'peers', name: 'MLP: wgrad webgpu', medianMs: 3 },
    { suite: 'roofline', name: 'copy', gbPerSecond: 10 },
  ];
  assert.deepEqual(ratiosOf(rows), {
    'matmul: of the roofline': 0.5,
    'matmul: × plain': 8,
    'step LSTM: times faster than': 5,
    'step LSTM: bare calls ÷ replay': 0.8,
    'step MLP: bare calls ÷ replay': 0.5,
    'MLP: jax-js webgpu': 3.142,
  });
});

test('rows that failed have no ratio', () => {
  assert.deepEqual(ratiosOf([{ ...kernel, error: 'wrong' }, { suite: 'peers', name: 'x', ratio: 2, error: 'it trains something else' }]), {});
});

test('a slower kernel fails the gate, a faster one passes it', () => {
  const baseline = ratiosOf([kernel]);
  const slower = ratiosOf([{ ...kernel, roofline: 0.15, timesNaive: 4.8 }]);
  const { text, ok } = verdict(baseline, slower, 'mesa software');
  assert.equal(ok, false);
  assert.match(text, /2 ratios compared .* 2 lost/);
  assert.match(text, /matmul: × plain: 4.80, was 8.00 \(−40 %\)/);
  assert.equal(verdict(slower, baseline, 'mesa software').ok, true);
  assert.equal(verdict(baseline, baseline, 'mesa software').ok, true);
});

test('to compare nothing is to fail', () => {
  assert.match(verdict(undefined, ratiosOf([kernel]), 'nvidia ada').text, /nothing for nvidia ada/);
  assert.equal(verdict(undefined, ratiosOf([kernel]), 'nvidia ada').ok, false);
  assert.equal(verdict({ other: 3 } as Ratios, ratiosOf([kernel]), 'mesa software').ok, false);
});

test('an update keeps what was not measured', () => {
  const baseline = { 'mesa software': { a: 1, b: 2 }, 'nvidia ada': { a: 9 } };
  assert.deepEqual(updated(baseline, 'mesa software', { b: 3 }), { 'mesa software': { a: 1, b: 3 }, 'nvidia ada': { a: 9 } });
});

test('the roofline is the lower of both roofs', () => {
  const roof = { gflops: 100, gbPerSecond: 10 };
  assert.equal(attainable(roof, 1e9, 1e9), 10);
  assert.equal(attainable(roof, 1e9, 1e6), 100);
  // 10⁹ operations take 10 ms at the peak; 10⁹ bytes take 100 ms.
  assert.equal(fraction(roof, 20, 1e9, 1e6), 0.5);
  assert.equal(fraction(roof, 200, 1e9, 1e9), 0.5);
  assert.equal(fraction(roof, 200, 0, 1e9), 0.5);
});

test('device time counts overlaps once and gaps not at all', () => {
  assert.equal(covered([[5, 8], [0, 2], [1, 3], [6, 7]]), 6);
  assert.equal(covered([]), 0);
});

test('medians of odd and even counts', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('a peer has to train the same model, and to learn', () => {
  const mlp = { name: 'MLP', family: 'mlp', batch: 32 } as const;
  assert.equal(lossDeviation([2, 1.5, 1.01], [2, 1.5, 1]).toFixed(4), '0.0100');
  assert.equal(whyWrong(mlp, [2, 1.5, 1], 0), undefined);
  assert.match(whyWrong(mlp, [2, 2.5, 2.1], 0)!, /does not learn/);
  assert.match(whyWrong(mlp, [2, NaN], NaN)!, /losses are/);
  assert.match(whyWrong(mlp, [2, 1.5, 1], 0.02)!, /something else/);
});

test.run();
