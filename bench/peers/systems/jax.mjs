/**
 * jax-js. Forms: `jit` compiles the whole training step, embedding gradient included; `one-hot` does so with the lookup
 * written as a product with one-hot rows; `eager` compiles nothing but Adam. On WebAssembly each also with and without threads.
 */
import { readFileSync } from 'node:fs';
import { ADAM, isText, WORDS } from '../models.mjs';

export async function open(backend) {
  const threads = (form) => backend === 'wasm' && form.endsWith('threads');
  let jax;
  return {
    versions: { 'jax-js': JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('@jax-js/jax')))).version },
    forms(model) {
      const kinds = model.family === 'matmul' ? ['eager'] : isText(model) ? ['jit', 'one-hot', 'eager'] : ['jit'];
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
  const { numpy: np, jit, tree, valueAndGrad } = jax;
  const loss = lossOf(jax, model, kind === 'one-hot');
  const compiled = kind === 'eager' ? (fn) => fn : jit;
  const gradients = (params, x, y) => valueAndGrad(loss)(params, x, y);
  const update = adam(jax);
  const adamStep = jit(update);
  const step =
    kind === 'eager'
      ? (state, rates, x, y) => {
          const [value, grads] = gradients(tree.ref(state.params), x, y);
          return [value, adamStep(state, grads, rates)];
        }
      : compiled((state, rates, x, y) => {
          const [value, grads] = gradients(tree.ref(state.params), x, y);
          return [value, update(state, grads, rates)];
        });

  const params = toDevice(jax, weights);
  const zeros = () => tree.map((p) => np.zerosLike(p), tree.ref(params));
  let state = { params, m: zeros(), v: zeros() };
  let value = null;
  let t = 0;
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
function lossOf({ numpy: np, nn, lax }, model, oneHot) {
  jaxSqrt = np.sqrt;
  const dense = (x, p, name) => np.matmul(x, p[`${name}/kernel`]).add(p[`${name}/bias`]);
  const { batch, length, units } = model;
  const fromClasses = (logits, y) => np.mean(np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(y, 10)), -1)).mul(-1);
  /** log(1 + e^z) − y·z. */
  const fromSign = (logits, y) => {
    const z = logits.reshape([batch]);
    return np.mean(nn.softplus(z.ref).sub(z.mul(y)));
  };
  const lookup = (table, ids) => (oneHot ? np.matmul(nn.oneHot(ids, WORDS), table) : np.take(table, ids, 0));
  const at = (x, t) => x.slice([], t, []);

  switch (model.family) {
    case 'mlp':
      return (p, x, y) => fromClasses(dense(nn.relu(dense(x, p, 'hidden')), p, 'out'), y);
    case 'pooled':
      return (p, x, y) => {
        // One-hot rows are added up first: counts per word, so that the product is with the table once.
        const mean = oneHot ? np.matmul(np.mean(nn.oneHot(x, WORDS), 1), p.embedding) : np.mean(np.take(p.embedding, x, 0), 1);
        return fromSign(dense(nn.relu(dense(mean, p, 'hidden')), p, 'out'), y);
      };
    case 'recurrent':
      return (p, x, y) => {
        const steps = dense(lookup(p.embedding, x), p, 'cell');
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
