/**
 * The models that all systems train: sizes, starting weights and batches, the same numbers for each of them. Kernels are
 * [inputs, units]; the gates of an LSTM stand in Keras's order (input, forget, candidate, output).
 */

/** @typedef {{ name: string, family: 'mlp' | 'pooled' | 'recurrent' | 'conv' | 'matmul', batch: number, length?: number,
 *   width?: number, cell?: 'SimpleRNN' | 'LSTM', units?: number, size?: number }} Model */

const recurrent = (cell, length) => ({
  name: `Embedding(10000, 256) + ${cell} 128, length ${length}, batch 32`,
  family: 'recurrent', cell, length, width: 256, units: 128, batch: 32,
});

/** @type {Model[]} */
export const models = [
  { name: 'matmul 512³', family: 'matmul', size: 512, batch: 1 },
  { name: 'matmul 1024³', family: 'matmul', size: 1024, batch: 1 },
  { name: 'MLP 784-128-10, batch 32', family: 'mlp', batch: 32 },
  { name: 'MLP 784-128-10, batch 512', family: 'mlp', batch: 512 },
  { name: 'Embedding(10000, 16) + pooling, length 256, batch 512', family: 'pooled', length: 256, width: 16, batch: 512 },
  recurrent('SimpleRNN', 64),
  recurrent('LSTM', 64),
  { name: 'Conv2D 32×3 + Dense 128, batch 32', family: 'conv', batch: 32 },
  recurrent('SimpleRNN', 512),
  recurrent('LSTM', 512),
];

export const WORDS = 10_000;
const GATES = { SimpleRNN: 1, LSTM: 4 };

export const isText = ({ family }) => family === 'pooled' || family === 'recurrent';

/** A linear congruential generator of numbers in [0, 1). */
function uniform(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function filled(shape, scale, seed) {
  const next = uniform(seed);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * (2 * next() - 1));
  return { shape, data };
}

/** Glorot's uniform range for a kernel [...window, inputs, outputs]. */
function glorot(shape, seed) {
  const window = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const [inputs, outputs] = shape.slice(-2);
  return filled(shape, Math.sqrt(6 / (window * (inputs + outputs))), seed);
}

const zeros = (n) => ({ shape: [n], data: new Float32Array(n) });
const dense = (name, inputs, outputs, seed) => ({ [`${name}/kernel`]: glorot([inputs, outputs], seed), [`${name}/bias`]: zeros(outputs) });

/** Starting weights by name, in the order in which Keras lists them. */
export function weightsOf(model) {
  const { family, width, units, cell } = model;
  const embedding = () => ({ embedding: filled([WORDS, width], 0.05, 1) });
  switch (family) {
    case 'mlp':
      return { ...dense('hidden', 784, 128, 1), ...dense('out', 128, 10, 2) };
    case 'pooled':
      return { ...embedding(), ...dense('hidden', width, 16, 2), ...dense('out', 16, 1, 3) };
    case 'recurrent': {
      const bias = zeros(GATES[cell] * units);
      // A forget gate that starts open, as in Keras.
      if (cell === 'LSTM') bias.data.fill(1, units, 2 * units);
      const kernels = { 'cell/kernel': glorot([width, GATES[cell] * units], 2), 'cell/recurrent': glorot([units, GATES[cell] * units], 3) };
      return { ...embedding(), ...kernels, 'cell/bias': bias, ...dense('out', units, 1, 4) };
    }
    case 'conv':
      return { 'conv/kernel': glorot([3, 3, 1, 32], 1), 'conv/bias': zeros(32), ...dense('hidden', 26 * 26 * 32, 128, 2), ...dense('out', 128, 10, 3) };
    case 'matmul':
      // a·(a·(a·…b)) keeps the size of its numbers.
      return { a: filled([model.size, model.size], Math.sqrt(3 / model.size), 1), b: filled([model.size, model.size], 1, 2) };
  }
}

/** Random images [batch, 784] with labels 0…9, or tokens [batch, length] with labels 0 and 1. */
export function randomBatch(model, seed) {
  const { family, batch, length } = model;
  if (family === 'matmul') return { x: new Float32Array(0), y: new Int32Array(0) };
  const next = uniform(1000 + seed);
  const whole = (n, below) => Int32Array.from({ length: n }, () => Math.floor(next() * below));
  if (isText(model)) return { x: whole(batch * length, WORDS), y: whole(batch, 2) };
  return { x: Float32Array.from({ length: batch * 784 }, next), y: whole(batch, 10) };
}

/** Multiplications and additions of one step, where that is all a model does. */
export const flopsOf = ({ family, size }) => (family === 'matmul' ? 2 * size ** 3 : undefined);

/** Adam's numbers, Keras's defaults. */
export const ADAM = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
