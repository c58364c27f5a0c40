/** Wrong text data: clear errors, or what Keras does; nothing hangs, and the model works afterwards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError, ValueError } from '../../engine/errors';
import { close, init } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import { Dataset, layers, sequential, StringArray } from '../../nn';
import { rejects } from '../support/datasets';

const test = suite('bad text data');
test.before(async () => void (await init()));
test.after(close);

const labels = (n: number): HostArray => new HostArray(Int32Array.from({ length: n }, (_, i) => i % 2), [n]);

function onTokens() {
  const model = sequential([
    layers.embedding({ inputDim: 10, outputDim: 3, inputShape: [null], maskZero: true, name: 'table' }),
    layers.lstm({ units: 2 }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'binary_crossentropy' });
  return model;
}

function onTexts(vocabulary: readonly string[]) {
  const encoder = layers.textVectorization({ vocabulary, inputShape: [] });
  const model = sequential([
    encoder, layers.embedding({ inputDim: encoder.vocabularySize(), outputDim: 3, maskZero: true }), layers.lstm({ units: 2 }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'binary_crossentropy' });
  return model;
}

test('a token that is in no row of the table: where it is, and what may be there', async () => {
  const model = onTokens();
  for (const wrong of [10, -1]) {
    const x = HostArray.from([[1, 2, 3], [4, wrong, 6]], 'i32');
    const text = new RegExp(`"table": id ${wrong} in sample 1; expected whole numbers from 0 to 9`).source;
    for (const attempt of [() => model.fit(x, labels(2), { verbose: 0 }), () => model.evaluate(x, labels(2), { verbose: 0 }), () => model.predict(x)]) {
      await attempt().then(() => assert.unreachable('it was taken'), (error: Error) => assert.ok(error instanceof ValueError && new RegExp(text).test(error.message), error.message));
    }
    const batches = Dataset.fromTensorSlices([x, labels(2)] as const).batch(2);
    await model.fit(batches, { verbose: 0 }).then(() => assert.unreachable('it was taken'), (error: Error) => assert.match(error.message, new RegExp(text)));
  }
  const { history } = await model.fit(HostArray.from([[1, 2, 3], [4, 9, 0]], 'i32'), labels(2), { verbose: 0 });
  assert.ok(Number.isFinite(history.loss[0]));
});

test('rows of different lengths', async () => {
  assert.throws(() => HostArray.from([[1, 2], [3]]), (error: Error) => error instanceof ShapeError || error instanceof ValueError);
  await rejects(onTokens().fit([[1, 2], [3]] as never, labels(2), { verbose: 0 }), Error);
});

test('empty texts, alone and among others, and words that nobody knows', async () => {
  const model = onTexts(['good', 'bad']);
  for (const texts of [['', ''], ['good', ''], ['  \t', '...'], ['unheard of', '\ufffd\ufffd']]) {
    const p = await model.predict(StringArray.from(texts));
    assert.equal(p.shape, [2, 1]);
    assert.ok(p.data.every((v: number) => v > 0 && v < 1), `${texts}: ${p.data}`);
    const { history } = await model.fit(StringArray.from(texts), labels(2), { verbose: 0 });
    assert.ok(Number.isFinite(history.loss[0]));
  }
});

test('an empty vocabulary is refused; one learned of nothing knows no word', async () => {
  assert.throws(() => layers.textVectorization({ vocabulary: [] }), (error: Error) => error instanceof ValueError && /the vocabulary is empty/.test(error.message));
  const encoder = layers.textVectorization();
  await encoder.adapt(StringArray.from(['', ' ']));
  assert.equal(encoder.getVocabulary(), ['', '[UNK]']);
  assert.equal([...encoder.callHost(StringArray.from(['good bad', ''])).data], [1, 1, 0, 0]);
});

test.run();
