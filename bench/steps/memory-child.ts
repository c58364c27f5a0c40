/** A process of its own that trains on long sequences and prints what memory that took, as JSON. */
import process from 'node:process';
import { close, init } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import { layers, sequential } from '../../nn';
import { Trainer } from '../../nn/training/trainer';

const [batch, time, width, units, words] = [32, 1024, 256, 128, 10_000];

/** Words of which a few make up most of a text. */
function ids(length: number): HostArray {
  const word = (i: number): number => Math.floor(words * ((i * 0.618034) % 1) ** 4);
  return new HostArray(Int32Array.from({ length: batch * length }, (_, i) => word(i)), [batch, length]);
}

const gpu = await init();
const model = sequential([
  layers.embedding({ inputDim: words, outputDim: width, inputShape: [null] }), layers.lstm({ units }), layers.dense({ units: 1, activation: 'sigmoid' }),
]);
const trainer = new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy' });
const y = new HostArray(Int32Array.from({ length: batch }, (_, i) => i % 2), [batch]);
await trainer.prepare({ x: ids(8), y });
const step = async (length: number): Promise<void> => {
  trainer.trainOn({ x: ids(length), y, weights: null });
  await gpu.throttle();
};

// Weights, moments and machine code are there before the step whose memory is looked at.
await step(8);
const lasting = gpu.pool.use.live - gpu.heap.bytes;
const before = process.memoryUsage.rss();
let peak = before;
// The resident size is highest while a step is under way; it stays, as the memory serves the next step.
for (let i = 0; i < 3; i++) {
  await step(time);
  peak = Math.max(peak, process.memoryUsage.rss());
}
const { loss } = await trainer.logs();
if (!(loss! > 0 && loss! < 100)) throw new Error(`the loss is ${loss}`);

const f32 = 4;
process.stdout.write(`${JSON.stringify({
  batch, time, units,
  saved: {
    gates: batch * time * 4 * units * f32,
    cells: batch * time * units * f32,
    states: batch * time * units * f32,
    ids: batch * time * f32,
  },
  tables: 4 * model.countParams() * f32,
  lasting,
  temporaries: gpu.heap.bytes,
  processBefore: before,
  processPeak: Math.max(peak, process.resourceUsage().maxRSS * 1024),
})}\n`);
trainer.dispose();
await close();
