/**
 * jax-js. Forms: `jit` compiles the whole training step, which the gradient of a lookup does not allow; `hybrid` does the
 * lookup and its gradient beside the compiled rest; `one-hot` compiles all, the lookup as a product with one-hot rows;
 * `eager` compiles nothing but Adam. On WebAssembly each with and without threads.
 */
import { readFileSync } from 'node:fs';
import { ADAM, isText, WORDS } from '../models.mjs';

export async function open(backend) {
  const threads = (form) => backend === 'wasm' && form.endsWith('threads');
  let jax;
  return {
    versions: { 'jax-js': JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('@jax-js/jax')))).version },
    forms(model) {
      const kinds = model.family === 'matmul' ? ['eager'] : isText(model) ? textForms(model) : ['jit'];
      return backend === 'wasm' ? kinds.flatMap((kind) => [`${kind}, threads`, kind]) : kinds;
    },
    async prepare(model, weights, form) {
      // Both are looked for when the backend starts.
      (await import('./navigator.mjs')).provideNavigator();
      if (threads(form)) globalThis.Worker = (await import('./web-worker.mjs')).WebWorker;
      jax = await import('@jax-js/jax');
      if (!(await jax.init(backend)).includes(backend)) throw new Error(`the ${backend} backend could not be initialised`);
      jax.defaultDevice(backend);
      const kind = form.split(',')[0];
      return model.family === 'matmul' ? matmul(jax, weights) : training(jax, model, weights, kind);
    },
  };
}

/** One-hot rows of 16,384 tokens would be 655 MB. */
const textForms = ({ batch, length }) => ['hybrid', ...(batch * length <= 4096 ? ['one-hot'] : []), 'eager'];

const toDevice = ({ numpy: np }, weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, np.array(data, { shape })]));

function matmul(jax, weights) {
  let { a, b: c } = toDevice(jax, weights);
  return {
    step: () => void (c = jax.numpy.matmul(a.ref, c)),
    read: async () => (await c.ref.data())[0],
  };
}

function training(jax, model, weights, kind) {
  const { numpy: np, tree } = jax;
  const params = toDevice(jax, weights);
  const zeros = () => tree.map((p) => np.zerosLike(p), tree.ref(params));
  let state = { params, m: zeros(), v: zeros() };
  let value = null;
  let t = 0;
  const step = stepOf(jax, model, kind);
  const shape = isText(model) ? [model.batch, model.length] : model.family === 'conv' ? [model.batch, 1, 28, 28] : [model.batch, 784];
  return {
    step({ x, y }) {
      t++;
      const rate = (ADAM.rate * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
      const inputs = np.array(x, { shape });
      const labels = isText(model) ? np.array(Float32Array.from(y), { shape: [model.batch] }) : np.array(y, { shape: [model.batch] });
      value?.dispose();
      [value, state] = step(state, np.array(Float32Array.of(rate), { shape: [] }), inputs, labels);
    },
    async read() {
      await jax.blockUntilReady(state.params);
      return (await value.ref.data())[0];
    },
  };
}

/** One training step: (state, rate, x, y) → [loss, state]. */
function stepOf(jax, model, kind) {
  const { numpy: np, jit, tree, valueAndGrad, vjp } = jax;
  const update = adam(jax);
  const whole = valueAndGrad(lossOf(jax, model, kind === 'one-hot' ? 'one-hot' : 'take'));
  const trainWhole = (adamStep) => (state, rate, x, y) => {
    const [value, grads] = whole(tree.ref(state.params), x, y);
    return [value, adamStep(state, grads, rate)];
  };
  if (kind === 'eager') return trainWhole(jit(update));
  if (kind !== 'hybrid') return jit(trainWhole(update));

  // The lookup and its gradient, a scatter, cannot be compiled with the rest: they stand before and after it.
  const onRows = valueAndGrad(lossOf(jax, model, 'rows'), { argnums: [0, 1] });
  const compiled = jit((params, rows, y) => onRows(params, rows, y));
  const adamStep = jit(update);
  return (state, rate, x, y) => {
    const { embedding, ...rest } = state.params;
    const [rows, scatter] = vjp((table) => np.take(table, x, 0), [embedding.ref]);
    const [value, [grads, drows]] = compiled(tree.ref(rest), rows, y);
    const [dembedding] = scatter(drows);
    scatter.dispose();
    return [value, adamStep(state, { embedding: dembedding, ...grads }, rate)];
  };
}

/** Keras's Adam, with the bias corrections in the rate. */
function adam({ tree }) {
  const { beta1, beta2, epsilon } = ADAM;
  return ({ params, m, v }, grads, rate) => {
    const m1 = tree.map((a, g) => a.mul(beta1).add(g.mul(1 - beta1)), m, tree.ref(grads));
    const v1 = tree.map((a, g) => a.mul(beta2).add(g.ref.mul(g).mul(1 - beta2)), v, grads);
    const next = tree.map((p, a, b) => p.sub(a.mul(rate.ref).div(jaxSqrt(b).add(epsilon))), params, tree.ref(m1), tree.ref(v1));
    rate.dispose();
    return { params: next, m: m1, v: v1 };
  };
}

let jaxSqrt;

/** The mean loss of a batch. Arrays are used up by what takes them, unless a `.ref` is taken. */
function lossOf({ numpy: np, nn, lax }, model, lookedUp) {
  jaxSqrt = np.sqrt;
  const dense = (x, p, name) => np.matmul(x, p[`${name}/kernel`]).add(p[`${name}/bias`]);
  const { batch, length, units } = model;
  const fromClasses = (logits, y) => np.mean(np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(y, 10)), -1)).mul(-1);
  /** log(1 + e^z) − y·z. */
  const fromSign = (logits, y) => {
    const z = logits.reshape([batch]);
    return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
  };
  const lookups = {
    take: (p, ids) => np.take(p.embedding, ids, 0),
    'one-hot': (p, ids) => np.matmul(nn.oneHot(ids, WORDS), p.embedding),
    rows: (_, rows) => rows,
  };
  const lookup = lookups[lookedUp];
  const at = (x, t) => x.slice([], t, []);

  switch (model.family) {
    case 'mlp':
      return (p, x, y) => fromClasses(dense(nn.relu(dense(x, p, 'hidden')), p, 'out'), y);
    case 'pooled':
      return (p, x, y) => {
        // One-hot rows are added up first: counts per word, so that the product is with the table once.
        const mean = lookedUp === 'one-hot' ? np.matmul(np.mean(nn.oneHot(x, WORDS), 1), p.embedding) : np.mean(lookup(p, x), 1);
        return fromSign(dense(nn.relu(dense(mean, p, 'hidden')), p, 'out'), y);
      };
    case 'recurrent':
      return (p, x, y) => {
        const steps = dense(lookup(p, x), p, 'cell');
        const kernel = p['cell/recurrent'];
        let h = np.zeros([batch, units]);
        let c = np.zeros([batch, units]);
        for (let t = 0; t < length; t++) {
          const z = at(steps.ref, t).add(np.matmul(h, kernel.ref));
          if (model.cell === 'SimpleRNN') h = np.tanh(z);
          else [h, c] = lstmCell(z, c);
        }
        steps.dispose();
        kernel.dispose();
        c.dispose();
        return fromSign(dense(h, p, 'out'), y);
      };
    case 'conv':
      return (p, x, y) => {
        // Channels stand before the image there, and filters before channels.
        const kernel = np.transpose(p['conv/kernel'], [3, 2, 0, 1]);
        const maps = lax.conv(x, kernel, [1, 1], 'VALID').add(p['conv/bias'].reshape([32, 1, 1]));
        const flat = np.transpose(nn.relu(maps), [0, 2, 3, 1]).reshape([batch, 26 * 26 * 32]);
        return fromClasses(dense(nn.relu(dense(flat, p, 'hidden')), p, 'out'), y);
      };
  }

  function lstmCell(z, c) {
    const gate = (k) => z.ref.slice([], [k * units, (k + 1) * units]);
    const [i, f, g, o] = [nn.sigmoid(gate(0)), nn.sigmoid(gate(1)), np.tanh(gate(2)), nn.sigmoid(gate(3))];
    z.dispose();
    const next = f.mul(c).add(i.mul(g));
    return [o.mul(np.tanh(next.ref)), next];
  }
}
