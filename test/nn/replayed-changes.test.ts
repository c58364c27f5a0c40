/** What changes in mid-epoch reaches steps that were recorded before: rates, schedules, `trainable`; in fit and in a loop of one's own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CallbackLike, type CallContext, close, compileStep, GradientTape, HostArray, init, layers, losses, Model, ops, optimizers, schedules, sequential,
  type Sequential, setSeed, type Tensor,
} from 'wgrad';

const test = suite('changes between replayed steps');
test.before(async () => void (await init()));
test.after(close);

/** y = w·v·x with w = v = 1 at first. */
function product(): Sequential {
  const one = (name: string) => layers.dense({ name, units: 1, useBias: false, kernelInitializer: 'ones' });
  return sequential([layers.dense({ name: 'w', units: 1, useBias: false, kernelInitializer: 'ones', inputShape: [1] }), one('v')]);
}

const rows = new HostArray(new Float32Array(8).fill(1), [8, 1]);
const zeros = rows.map(() => 0);

/** What each step is to do before it runs: step numbers from 0. */
type Changes = Readonly<Record<number, (model: Sequential, optimizer: ReturnType<typeof optimizers.sgd>) => void>>;

/** w and v after each step on the square of w·v: both lose 2·rate·(the other)²·themselves, if they are trained. */
function expected(rates: readonly number[], frozen: readonly boolean[]): number[][] {
  let [w, v] = [1, 1];
  return rates.map((rate, i) => {
    [w, v] = [frozen[i] ? w : w - 2 * rate * w * v * v, v - 2 * rate * w * w * v];
    return [w, v];
  });
}

const weights = async (model: Sequential): Promise<number[]> => (await model.getWeights()).map(({ data }) => data[0]);

async function byFit(changes: Changes): Promise<number[][]> {
  const model = product();
  const optimizer = optimizers.sgd(0.125);
  model.compile({ optimizer, loss: 'mse' });
  const seen: number[][] = [];
  const watch: CallbackLike = {
    onTrainBatchBegin: (step) => changes[step]?.(model, optimizer),
    onTrainBatchEnd: async () => void seen.push(await weights(model)),
  };
  await model.fit(rows, zeros, { batchSize: 1, epochs: 1, verbose: 0, callbacks: [watch] });
  return seen;
}

async function byHand(changes: Changes): Promise<number[][]> {
  const model = product();
  const optimizer = optimizers.sgd(0.125);
  let runs = 0;
  const step = compileStep((x: Tensor) => {
    runs++;
    const tape = new GradientTape();
    const loss = tape.record(() => ops.mean(ops.square(model.apply(x, { training: true }) as Tensor)));
    optimizer.applyGradients(tape.gradient(loss, model.trainableVariables), model.trainableVariables);
  });
  const seen: number[][] = [];
  for (let i = 0; i < rows.length; i++) {
    changes[i]?.(model, optimizer);
    step(rows.slice(i, i + 1));
    seen.push(await weights(model));
  }
  // Recorded once, and again only where another set of weights is trained.
  assert.is(runs, Object.values(changes).some((change) => String(change).includes('trainable')) ? 3 : 1);
  return seen;
}

function compare(got: readonly number[][], want: readonly number[][]): void {
  assert.is(got.length, want.length);
  got.flat().forEach((value, i) => assert.ok(Math.abs(value - want.flat()[i]) < 1e-6, `step ${i >> 1}: ${value}, expected ${want.flat()[i]}`));
}

for (const [name, train] of Object.entries({ fit: byFit, 'a loop by hand': byHand })) {
  test(`${name}: another rate in mid-epoch`, async () => {
    const seen = await train({ 3: (_, optimizer) => void (optimizer.learningRate = 0.03125), 6: (_, optimizer) => void (optimizer.learningRate = 0) });
    compare(seen, expected([0.125, 0.125, 0.125, 0.03125, 0.03125, 0.03125, 0, 0], new Array(8).fill(false)));
  });

  test(`${name}: a schedule, set in mid-epoch`, async () => {
    const schedule = schedules.piecewiseConstantDecay({ boundaries: [3, 5], values: [0.125, 0.0625, 0.03125] });
    const seen = await train({ 2: (_, optimizer) => void (optimizer.learningRate = schedule) });
    compare(seen, expected([0.125, 0.125, 0.125, 0.125, 0.0625, 0.0625, 0.03125, 0.03125], new Array(8).fill(false)));
  });

  test(`${name}: a layer frozen for some steps`, async () => {
    const seen = await train({ 2: (model) => void (model.layers[0].trainable = false), 5: (model) => void (model.layers[0].trainable = true) });
    compare(seen, expected(new Array(8).fill(0.125), [false, false, true, true, true, false, false, false]));
  });
}

class Branching extends Model {
  private readonly conv = layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' });
  private readonly drop = layers.dropout({ rate: 0.5 });
  private readonly heads = [layers.flatten(), layers.dense({ units: 2 })];

  override call(x: Tensor, { training }: CallContext): Tensor {
    const features = this.drop.apply(this.conv.apply(x), { training });
    return this.heads.reduce((y, layer) => layer.apply(y) as Tensor, features);
  }
}

for (const first of ['a call', 'its output’s shape', 'fit'] as const) test(`a model class of one’s own: weights made by ${first}, in the order of its layers; compile, fit, evaluate, predict`, async () => {
  setSeed(4);
  const model = new Branching({ name: 'mine' });
  assert.equal([model.name, model.countParams()], ['mine', 0]);
  const x = new HostArray(Float32Array.from({ length: 40 * 36 }, (_, i) => Math.sin(i * i) + (Math.floor(i / 36) % 2)), [40, 6, 6, 1]);
  const y = new HostArray(Uint8Array.from({ length: 40 }, (_, i) => i % 2), [40]);
  if (first === 'a call') assert.equal(model.apply(x.slice(0, 2)).shape, [2, 2]);
  else if (first === 'its output’s shape') assert.equal(model.computeOutputShape([null, 6, 6, 1]), [null, 2]);
  model.compile({ optimizer: optimizers.adam(0.01), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: 12, batchSize: 8, verbose: 0 });
  assert.equal(model.weights.map(({ shape }) => shape), [[3, 3, 1, 3], [3], [48, 2], [2]]);
  assert.is(model.countParams(), 30 + 98);
  const lines: string[] = [];
  model.summary({ print: (line) => lines.push(line) });
  assert.match(lines.join('\n'), /conv2d.*\(None, 4, 4, 3\).*30/);
  assert.ok(history.loss.at(-1)! < history.loss[0] / 1.5, `${history.loss}`);
  const [loss, accuracy] = await model.evaluate(x, y, { verbose: 0 });
  assert.ok(loss < history.loss[0] && accuracy > 0.8, `${loss}, ${accuracy}`);
  assert.equal((await model.predict(x.slice(0, 8))).data, await model.apply(x.slice(0, 8)).data());
});

test('what a model class cannot do is said clearly', async () => {
  const model = new Branching({ name: 'mine' });
  model.apply(new HostArray(new Float32Array(36), [1, 6, 6, 1]));
  await model.save('/tmp/never.keras').then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /mine.*saveWeights/));
});

test.run();
