/** The functional API: graphs of layers, shared layers, several inputs and outputs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, HostArray, init, input, Layer, layers, model, ops, sequential, setSeed, type Tensor } from 'wgrad';

const test = suite('functional models');
test.before(async () => void (await init()));
test.after(close);

class Sum extends Layer {
  override call(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => ops.add(a, b));
  }

  override computeOutputShape(shapes: readonly (readonly (number | null)[])[]): readonly (number | null)[] {
    return shapes[0];
  }
}

const x = HostArray.from([[1, 2, 3], [-1, 0, 1], [0.5, -2, 0]]);
const y = HostArray.from([0, 1, 1]);

test('a chain gives what the same layers give in a Sequential, and trains', async () => {
  setSeed(1);
  const start = input({ shape: [3], name: 'start' });
  const hidden = layers.dense({ units: 4, activation: 'relu' });
  const out = layers.dense({ units: 1, activation: 'sigmoid' });
  const chain = model({ inputs: start, outputs: out.apply(hidden.apply(start)), name: 'chain' });
  assert.equal(chain.layers.map(({ name }) => name).slice(0, 1), ['start']);
  assert.is(chain.countParams(), 3 * 4 + 4 + 4 + 1);
  assert.equal((await chain.predict(x)).data, (await sequential([hidden, out]).predict(x)).data);

  chain.compile({ optimizer: 'sgd', loss: 'binary_crossentropy', metrics: ['accuracy'] });
  const { history } = await chain.fit(x, y, { epochs: 5, batchSize: 2, verbose: 0 });
  assert.ok(history.loss[4] < history.loss[0], `loss went from ${history.loss[0]} to ${history.loss[4]}`);
});

test('a shared layer is one set of weights, used twice; inputs and outputs may be several', async () => {
  const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
  const shared = layers.dense({ units: 2, useBias: false });
  const total = new Sum().apply([shared.apply(a), shared.apply(b)]);
  const both = model({ inputs: [a, b], outputs: [total, shared.apply(a)] });
  assert.is(both.countParams(), 6);
  const [sum, first] = both.apply([x, x]);
  const [sumData, firstData] = [await sum.data(), await first.data()];
  assert.equal([...sumData], [...firstData].map((v) => Math.fround(2 * v)));
});

test('a model is a layer of another', async () => {
  const inner = sequential([layers.dense({ units: 2, inputShape: [3] })]);
  const start = input({ shape: [3] });
  const outer = model({ inputs: start, outputs: layers.softmax().apply(inner.apply(start)) });
  const expected = await ops.softmax(inner.apply(x)).data();
  assert.equal((await outer.predict(x)).data, expected);
});

test('the summary lists layers with their own shapes', () => {
  const start = input({ shape: [3], name: 'in' });
  const outer = model({ inputs: start, outputs: layers.dense({ units: 2, name: 'out' }).apply(start), name: 'm' });
  const lines: string[] = [];
  outer.summary({ print: (line) => lines.push(line) });
  assert.match(lines[4], /in \(InputLayer\) +│ \(None, 3\) +│ +0 │/);
  assert.match(lines[6], /out \(Dense\) +│ \(None, 2\) +│ +8 │/);
});

test('clear errors', () => {
  const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [3], name: 'b' })];
  const dense = layers.dense({ units: 2 });
  const out = new Sum().apply([dense.apply(a), dense.apply(b)]);
  assert.throws(() => model({ inputs: a, outputs: out, name: 'open' }), /"open": the graph is not connected.*needs the input b\[0\]\[0\]/);
  assert.throws(() => model({ inputs: dense.apply(a), outputs: out }), /is not an input/);
  const twin = layers.dense({ units: 2, name: 'twin' }).apply(layers.dense({ units: 2, name: 'twin' }).apply(a));
  assert.throws(() => model({ inputs: a, outputs: twin }), /two layers are named "twin"/);
  assert.throws(() => layers.dense({ units: 2 }).apply(input({ shape: [null] })), /known features/);
});

test.run();
