/** Recurrent layers over whole sequences, in kernels and step by step: values and all gradients against float64. */
import fc from 'fast-check';
import { suite } from 'uvu';
import { close } from '../../engine/gpu/gpu';
import { concat, mul, reshape } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, uniformFrom } from '../support/check-op';
import { ref } from '../support/reference';
import { hasBias, layer, maskTensor, shapesOf } from '../support/rnn-layers';
import { type CellName, GATES, type RnnCase, rnnReference } from '../support/rnn-reference';

const test = suite('recurrent layers');
test.after(close);

interface Attrs extends RnnCase {
  readonly initial: boolean;
  readonly stepsPerDispatch: number;
  readonly implementation: 'sequence' | 'steps';
}

const SMOOTH = { activation: 'tanh', recurrentActivation: 'sigmoid' } as const;
/** Central differences across a kink tell nothing: values only. */
const KINKED = { activation: 'relu', recurrentActivation: 'hardSigmoid' } as const;

/** Small sizes of all kinds, and now and then many units. */
const sizesOf = (most: number) => fc.oneof(
  { weight: 5, arbitrary: fc.record({ batch: fc.integer({ min: 1, max: 5 }), time: fc.integer({ min: 1, max: 9 }), units: fc.integer({ min: 1, max: 13 }) }) },
  { weight: 2, arbitrary: fc.record({ batch: fc.integer({ min: 9, max: 19 }), time: fc.integer({ min: 1, max: 4 }), units: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ batch: fc.integer({ min: 1, max: 2 }), time: fc.constant(2), units: fc.integer({ min: 30, max: most }) }) },
);

function casesOf(cell: CellName, implementation: Attrs['implementation'], resetAfter: boolean, activations: typeof SMOOTH | typeof KINKED) {
  return fc
    .record({
      // The test device has few workgroups: the product with the largest weights must fit them.
      sizes: sizesOf(Math.floor(300 / GATES[cell])),
      goBackwards: fc.boolean(), returnSequences: fc.boolean(), initial: fc.boolean(), masked: fc.boolean(), padded: fc.boolean(),
      stepsPerDispatch: fc.constantFrom(2, 256), draw: fc.integer(),
    })
    .map(({ sizes: { batch, time, units }, masked, padded, draw, ...rest }) => {
      const uniform = uniformFrom(draw);
      const attrs: Attrs = {
        ...rest, ...activations, cell, batch, time, units, implementation, resetAfter,
        mask: masked ? Array.from({ length: batch * time }, () => uniform() < 0.6) : null,
        length: padded ? Math.floor(uniform() * (time + 1)) : time,
      };
      return { shapes: shapesOf(cell, batch, time, units, rest.initial, resetAfter), attrs };
    });
}

/** Weights that leave the state as large as it is, on average. */
const weightScale = (units: number): number => Math.fround(1 / Math.sqrt(units));

/** y and the last states in one row. */
function runCase(inputs: Tensor[], { cell, batch, time, units, mask, initial, ...options }: Attrs): Tensor {
  const n = hasBias(cell, options.resetAfter) ? 3 : 2;
  const [xz, wh, ...bias] = inputs.slice(0, n);
  const result = layer(cell, [xz, mul(wh, weightScale(units)), ...bias], {
    ...options,
    mask: mask && maskTensor(mask, batch, time),
    initialState: initial ? inputs.slice(n) : null,
  });
  return concat([result.y, ...result.states].map((t) => reshape(t, [-1])));
}

for (const [name, implementation, resetAfter] of [
  ['simpleRnn', 'sequence', true], ['lstm', 'sequence', true], ['gru', 'sequence', true],
  ['simpleRnn', 'steps', true], ['lstm', 'steps', true], ['gru', 'steps', true], ['gru', 'steps', false],
] as const) {
  for (const activations of [SMOOTH, KINKED]) {
    const smooth = activations === SMOOTH;
    test(`${name}, ${implementation}${resetAfter ? '' : ', reset before'}, ${activations.activation}: float64, ${smooth ? 'values and all gradients' : 'values'}`, () =>
      checkOp<Attrs>({
        op: runCase,
        reference(inputs, attrs) {
          const data = inputs.map((input) => input.data);
          const n = hasBias(attrs.cell, attrs.resetAfter) ? 3 : 2;
          const wh = data[1].map((w) => w * weightScale(attrs.units));
          const { y, states } = rnnReference(attrs, { xz: data[0], wh, bias: n === 3 ? data[2] : null, states: data.slice(n) });
          const all = [...y, ...states.flatMap((state) => [...state])];
          // Sums of `units` products of numbers around 1 feed every value.
          return ref([all.length], all, Float64Array.from(all, (value) => Math.max(1, Math.abs(value))));
        },
        cases: casesOf(name, implementation, resetAfter, activations),
        domain: (uniform) => 2 * uniform() - 1,
        ulps: ([, wh]) => 8 + wh[0] / 4,
        gradientUlps: smooth ? ([xz, wh]) => 8 * (xz[0] + xz[1] + Math.sqrt(wh[0])) : undefined,
        runs: (implementation === 'sequence' ? 24 : 8) / (smooth ? 1 : 2),
      }));
  }
}

test.run();
