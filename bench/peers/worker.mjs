/**
 * A process that trains one model in one system on one backend, as told by its parent. A crash in it is a row with an error.
 * A system module exports `open(backend)`, which gives `{ versions, forms(model), prepare(model, weights, form) }`; `prepare`
 * gives `{ step(batch), read() }`: `step` queues one training step on a batch from the host, `read` waits for all of them and
 * gives the loss of the last one (of a matrix product: its first element).
 */
import { weightsOf } from './models.mjs';

const [, , systemModule, backend] = process.argv;

let system, trainer, batches, at, waiting;

const calls = {
  async open() {
    system = await (await import(systemModule)).open(backend);
    return { versions: system.versions };
  },

  forms: (model) => system.forms(model),

  /** The losses of the first steps on one batch, and how long they took: the first with all compilation. */
  async prepare({ model, form, data, patience }) {
    batches = data;
    at = 0;
    waiting = plain;
    const began = performance.now();
    trainer = await system.prepare(model, weightsOf(model), form);
    const losses = [];
    let firstMs, stepMs;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await trainer.step(batches[0]);
      losses.push(await trainer.read());
      stepMs = performance.now() - start;
      firstMs ??= performance.now() - began;
      // The second step may compile as well (second buffers); the third does not.
      if (stepMs > 10 * patience && i > 0) break;
    }
    if (backend === 'webgpu') waiting = await fasterWaiting(stepMs, patience);
    return { losses, firstMs, stepMs, waiting: waiting.name };
  },

  /** Other batches from here on. */
  use(data) {
    batches = data;
  },

  /** `count` steps: one read at the end, or one after each. Milliseconds per step. */
  round: ({ count, readEach }) => round(count, readEach),
};

async function round(count, readEach) {
  const start = performance.now();
  let loss;
  for (let i = 0; i < count; i++) {
    await trainer.step(batches[at++ % batches.length]);
    if (readEach) loss = await waiting(trainer.read());
  }
  if (!readEach) loss = await waiting(trainer.read());
  const ms = (performance.now() - start) / count;
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return { ms, loss };
}

/**
 * While something is awaited, the WebGPU binding polls on the main thread without pause: at once aware of the result, but a
 * core is gone that a software adapter wants. Dozing between polls is the other way. Each system gets the faster one.
 */
const plain = (pending) => pending;
const bell = new Int32Array(new SharedArrayBuffer(4));
async function dozing(pending) {
  let open = true;
  const nap = () => {
    if (!open) return;
    Atomics.wait(bell, 0, 0, 0.2);
    setImmediate(nap);
  };
  nap();
  try {
    return await pending;
  } finally {
    open = false;
  }
}

async function fasterWaiting(stepMs, patience) {
  if (stepMs > patience) return dozing;
  const count = Math.max(1, Math.min(20, Math.round(200 / stepMs)));
  const times = new Map([[plain, Infinity], [dozing, Infinity]]);
  for (let i = 0; i < 2; i++) {
    for (waiting of times.keys()) times.set(waiting, Math.min(times.get(waiting), (await round(count, false)).ms));
  }
  return times.get(dozing) <= times.get(plain) ? dozing : plain;
}

process.on('message', async ({ call, argument }) => {
  try {
    process.send({ result: await calls[call](argument) });
  } catch (error) {
    process.send({ error: String(error?.message ?? error).slice(0, 300) });
  }
});
// Nothing to tidy up: the parent is done, or gone.
process.on('disconnect', () => process.exit());
