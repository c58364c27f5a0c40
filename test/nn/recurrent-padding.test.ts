/** Recurrent layers leave out what is padding in a whole batch: the same bits as with a mask of which nothing is known. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { logicalAnd } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { layers } from '../../nn';
import type { Layer } from '../../nn/core/layer';
import { maskOf, paddingOf, setMask, setPadding } from '../../nn/core/mask';
import type { Recurrent } from '../../nn/layers/rnn/recurrent';
import { compilePadded } from '../../nn/training/buckets';

const test = suite('padding in recurrent layers');
test.before(async () => void (await init()));
test.after(close);

const [BATCH, WORDS, WIDTH, UNITS, ROOM] = [18, 30, 6, 5, 24];

const ids = (time: number): HostArray => new HostArray(Int32Array.from({ length: BATCH * time }, (_, i) => (i * 7 + time) % WORDS), [BATCH, time]);

type Make = (config: object) => Recurrent;

const cells: Record<string, Make> = {
  SimpleRNN: (config: object) => layers.simpleRNN({ units: UNITS, ...config }),
  LSTM: (config: object) => layers.lstm({ units: UNITS, ...config }),
  GRU: (config: object) => layers.gru({ units: UNITS, ...config }),
  'GRU with the reset before': (config: object) => layers.gru({ units: UNITS, resetAfter: false, ...config }),
};

const variants: Record<string, (make: Make) => Layer> = {
  'last state': (make) => make({}),
  'every state, from the end': (make) => make({ goBackwards: true, returnSequences: true, reverseOutput: true }),
  'both directions, every state': (make) => layers.bidirectional({ layer: make({ returnSequences: true }) }),
  'both directions, last states': (make) => layers.bidirectional({ layer: make({}) }),
};

/** Values and gradients of an Embedding and the layer after it, with or without knowledge of where the padding begins. */
function stepOf(embedding: Layer, recurrent: Layer, known: boolean) {
  return compilePadded((x: Tensor) => {
    const mask = maskOf(x)!;
    const given = logicalAnd(mask, mask);
    setMask(x, known ? setPadding(given, paddingOf(mask)!) : given);
    const tape = new GradientTape();
    const y = tape.record(() => recurrent.apply(embedding.apply(x) as Tensor) as Tensor);
    const weights = tensor(new HostArray(Float32Array.from({ length: y.size }, (_, i) => Math.sin(i)), y.shape));
    return [y, ...(tape.gradient(y, [...embedding.weights, ...recurrent.weights], weights) as Tensor[])];
  }, { dtypes: ['i32'] }, () => ROOM);
}

for (const [cell, make] of Object.entries(cells)) {
  for (const [variant, build] of Object.entries(variants)) {
    test(`${cell}, ${variant}`, async () => {
      for (const maskZero of [false, true]) {
        const embedding = layers.embedding({ inputDim: WORDS, outputDim: WIDTH, embeddingsInitializer: 'randomNormal', maskZero });
        const recurrent = build(make);
        const [known, unknown] = [true, false].map((knows) => stepOf(embedding, recurrent, knows));
        for (const time of [ROOM, 17, 1, 9]) {
          const [got, want] = [known(ids(time)), unknown(ids(time))];
          for (const [i, expected] of want.entries()) assert.equal(await got[i].data(), await expected.data(), `result ${i}, length ${time}, maskZero ${maskZero}`);
          assert.ok((await got[0].data()).some((value) => value !== 0));
        }
        for (const step of [known, unknown]) step.dispose();
      }
    });
  }
}

test.run();
