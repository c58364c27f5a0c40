/** A recurrent layer right after an Embedding projects every distinct word once: same numbers, fewer products. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { mul } from '../../engine/ops';
import { compileStep } from '../../engine/step/compile-step';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { layers } from '../../nn';
import { maskOf, setMask } from '../../nn/core/mask';
import type { Recurrent } from '../../nn/layers/rnn/recurrent';

const test = suite('lookups into recurrent layers');
test.before(async () => void (await init()));
test.after(close);

const [BATCH, TIME, WORDS, WIDTH, UNITS] = [8, 48, 90, 64, 48];
const ids = (seed: number): HostArray =>
  new HostArray(Int32Array.from({ length: BATCH * TIME }, (_, i) => Math.floor(Math.abs(Math.sin(i * 3.7 + seed)) ** 3 * WORDS)), [BATCH, TIME]);

for (const [name, make] of Object.entries<() => Recurrent>({
  SimpleRNN: () => layers.simpleRNN({ units: 4 * UNITS }),
  LSTM: () => layers.lstm({ units: UNITS }),
  GRU: () => layers.gru({ units: 64 }),
})) {
  test(`${name}: values and gradients as with the rows looked up first`, async () => {
    const embedding = layers.embedding({ inputDim: WORDS, outputDim: WIDTH, embeddingsInitializer: 'randomNormal', maskZero: true });
    const recurrent = make();
    const step = (between: (rows: Tensor) => Tensor) =>
      compileStep((x: Tensor) => {
        const tape = new GradientTape();
        const y = tape.record(() => recurrent.apply(between(embedding.apply(x))) as Tensor);
        return [y, ...(tape.gradient(y, [embedding.embeddings, ...recurrent.weights]) as Tensor[])];
      }, { dtypes: ['i32'] });
    // A product with 1 is no lookup any more; the mask goes along.
    const hidden = (rows: Tensor): Tensor => {
      const same = mul(rows, 1);
      setMask(same, maskOf(rows));
      return same;
    };
    const [fused, plain] = [step((rows) => rows), step(hidden)];
    for (const seed of [0, 1]) {
      const [got, want] = [fused(ids(seed)), plain(ids(seed))];
      for (const [i, expected] of want.entries()) {
        const [a, b] = [await got[i].data(), await expected.data()];
        let most = 0;
        for (const value of b) most = Math.max(most, Math.abs(value));
        b.forEach((value: number, j: number) => assert.ok(Math.abs(a[j] - value) <= 2e-5 * most, `${i}[${j}] is ${a[j]}, not ${value}`));
      }
    }
    // The product with 1 and its gradient are two; the way by distinct words has two more than lookup and product.
    assert.is(fused.dispatches[0] - (plain.dispatches[0] - 2), 2, 'another way was taken');
  });
}

test.run();
