/** gatherDot and its gradients, and negative sampling made of it: against float64, against the composed way, in captured steps. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, valueAndGrad } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { gatherDot, mul, negativeSampling, sum } from '../../engine/ops';
import { composedGatherDot } from '../../engine/ops/embedding/gather-dot';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp } from '../support/check-op';
import { type Ref, ref } from '../support/reference';

interface Case {
  readonly rows: number;
  readonly width: number;
  readonly batch: number;
  readonly count: number;
  /** What ids are made from. */
  readonly salt: number;
}

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 30 }), width: fc.constantFrom(1, 2, 3, 4, 8, 20, 50, 52), batch: fc.constantFrom(1, 2, 3, 9, 40),
  count: fc.integer({ min: 1, max: 21 }), salt: fc.nat(999),
});

/** Ids of which many are alike, as words are: a third of them row 0, so that segments grow longer than a piece. */
const idsOf = ({ rows, batch, count, salt }: Case): Int32Array =>
  Int32Array.from({ length: batch * count }, (_, i) => ((i + salt) % 3 === 0 ? 0 : Math.abs(Math.floor(Math.sin(i + salt) * 1e4)) % rows));

const idArray = (given: Case): HostArray => new HostArray(idsOf(given), [given.batch, given.count]);

const shapesOf = (given: Case): [number, number][] => [[given.batch, given.width], [given.rows, given.width]];

const wave = (shape: readonly number[], phase: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i * i + 0.3 * i + phase)), shape);

/** The products, by loops; errors are relative to the sums of absolute values. */
function products([x, table]: Ref[], given: Case): Ref {
  const { batch, count, width } = given;
  const [y, scale] = [new Float64Array(batch * count), new Float64Array(batch * count)];
  idsOf(given).forEach((id, at) => {
    for (let k = 0; k < width; k++) {
      const term = x.data[Math.floor(at / count) * width + k] * table.data[id * width + k];
      y[at] += term;
      scale[at] += Math.abs(term);
    }
  });
  return ref([batch, count], y, scale);
}

const test = suite('gatherDot');
test.before(async () => void (await init()));
test.after(close);

for (const [name, how] of [['gatherDot', gatherDot], ['its composed twin', composedGatherDot]] as const) {
  for (const known of [true, false]) {
    test(`${name}, ids ${known ? '' : 'not '}known to the host`, () =>
      checkOp<Case>({
        op: ([x, table], given) => {
          const ids = tensor(idArray(given));
          return how(x, table, known ? ids : mul(ids, tensor(Int32Array.of(1))));
        },
        reference: (inputs, given) => products(inputs, given),
        cases: cases.map((given) => ({ shapes: shapesOf(given), attrs: given })),
        ulps: (_, { width }) => 2 + width / 2,
        gradientUlps: (_, { batch, count }) => 16 + 4 * batch * count,
        runs: 16,
      }));
  }
}

test('negative sampling: the loss of each word from the logit', () =>
  checkOp<Case & { positives: number }>({
    op: ([x, table], { positives, ...given }) => negativeSampling(x, table, tensor(idArray(given)), positives),
    reference: (inputs, { positives, ...given }) => {
      const { shape, data, scale } = products(inputs, given);
      const losses = data.map((y, i) => {
        const z = i % given.count < positives ? -y : y;
        return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      });
      return ref(shape, losses, losses.map((loss, i) => Math.max(loss, scale![i], 1e-6)));
    },
    cases: fc.tuple(cases, fc.nat(21)).map(([given, draw]) => ({ shapes: shapesOf(given), attrs: { ...given, positives: draw % (given.count + 1) } })),
    domain: (uniform) => 2 * uniform() - 1,
    ulps: (_, { width }) => 8 + width,
    gradientUlps: (_, { batch, count, width }) => 16 + 4 * batch * count + 4 * width,
    runs: 16,
  }));

test('a captured step sorts the ids of each batch anew', async () => {
  const given: Case = { rows: 11, width: 8, batch: 6, count: 40, salt: 3 };
  const run = (x: Tensor, table: Tensor, ids: Tensor): Tensor[] => {
    const tape = new GradientTape();
    [x, table].forEach((t) => tape.watch(t));
    const y = tape.record(() => mul(gatherDot(x, table, ids), gatherDot(x, table, ids)));
    return [y, ...(tape.gradient(y, [x, table]) as Tensor[])];
  };
  const step = compileStep(run);
  const [x, table] = shapesOf(given).map((shape, i) => wave(shape, i));
  step(x, table, idArray({ ...given, salt: 77 }));
  const captured = step(x, table, idArray(given));
  const eager = run(tensor(x), tensor(table), tensor(idArray(given)));
  for (const [i, got] of captured.entries()) assert.equal(await got.data(), await eager[i].data());
  step.dispose();
});

test('an id that is no row gives NaN, and no gradient to the table', async () => {
  const [x, table] = [tensor(wave([2, 4], 0)), tensor(wave([3, 4], 1))];
  const ids = tensor(new HostArray(Int32Array.of(0, 3, -1, 1, 2, 2), [2, 3]));
  const { value, gradients } = valueAndGrad((t: Tensor) => gatherDot(x, t, ids))(table);
  assert.equal(Array.from(await value.data(), Number.isNaN), [false, true, true, false, false, false]);
  assert.ok((await gradients[0].data()).every(Number.isFinite));
  const toX = valueAndGrad((a: Tensor) => gatherDot(a, table, ids))(x).gradients[0];
  assert.equal(Array.from(await toX.data(), Number.isNaN), [true, true, true, true, false, false, false, false]);
});

test('second derivatives are those of the composed way', async () => {
  const given: Case = { rows: 5, width: 4, batch: 3, count: 7, salt: 5 };
  const [x, table] = shapesOf(given).map((shape, i) => wave(shape, i));
  const seconds = (how: typeof gatherDot): Promise<ArrayLike<number>[]> => {
    const squares = (a: Tensor, t: Tensor): Tensor => {
      const { gradients } = valueAndGrad((a, t) => {
        const y = how(a, t, tensor(idArray(given)));
        return mul(y, y);
      })(a, t);
      const [toX, toTable] = gradients.map((g) => sum(mul(g, g)));
      return mul(toX, toTable);
    };
    return Promise.all(valueAndGrad(squares)(tensor(x), tensor(table)).gradients.map((g) => g.data()));
  };
  const [got, want] = [await seconds(gatherDot), await seconds(composedGatherDot)];
  want.forEach((values, i) => {
    for (let j = 0; j < values.length; j++) assert.ok(Math.abs(got[i][j] - values[j]) <= 1e-4 * Math.max(1, Math.abs(values[j])), `${i}[${j}]: ${got[i][j]}, not ${values[j]}`);
  });
});

test('what does not fit is refused', () => {
  const [x, ids] = [tensor(wave([2, 4], 0)), tensor(new HostArray(Int32Array.of(0, 1), [2, 1]))];
  assert.throws(() => gatherDot(x, tensor(wave([3, 5], 0)), ids), /has not the width/);
  assert.throws(() => gatherDot(x, tensor(wave([3, 4], 0)), tensor(Int32Array.of(0, 1))), /expected \[batch, …\]/);
  assert.throws(() => gatherDot(x, tensor(wave([3, 4], 0)), tensor(wave([2, 1], 0))), /ids is f32/);
  assert.throws(() => negativeSampling(x, tensor(wave([3, 4], 0)), ids, 2), /2 positives among words \[2, 1\]/);
});

test.run();

const small = suite('gatherDot, with bindings of 1 KiB');
small.before(async () => void (await init({ maxBindingBytes: 1024 })));
small.after(close);

small('tables larger than a binding take the composed way', async () => {
  const given: Case = { rows: 40, width: 12, batch: 3, count: 5, salt: 5 };
  const [x, table] = shapesOf(given).map((shape, i) => wave(shape, i));
  const want = products([x, table].map(({ shape, data }) => ref(shape, data as Float32Array)), given);
  const got = await gatherDot(tensor(x), tensor(table), tensor(idArray(given))).data();
  want.data.forEach((y, i) => assert.ok(Math.abs(got[i] - y) < 1e-5, `${i}: ${got[i]}, not ${y}`));
});

small.run();
