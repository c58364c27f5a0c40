/** Recurrent layers over whole sequences: layouts, dispatches, padding, captures, memory, errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, valueAndGrad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { concat, mul, reshape, slice, sum } from '../../engine/ops';
import { gru, lstm, type Sequence, type SequenceOptions, simpleRnn } from '../../engine/ops/rnn';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { cells, hasBias, layer, maskTensor, shapesOf } from '../support/rnn-layers';
import { type CellName, GATES, rnnReference, STATES } from '../support/rnn-reference';

const test = suite('recurrent sequences');
test.before(async () => void (await init()));
test.after(close);

interface Run {
  readonly values: readonly ArrayLike<number>[];
  readonly names: readonly string[];
}

const wave = (shape: Shape, phase: number, scale = 1): HostArray =>
  new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale * Math.sin(1.7 * i * i + 0.3 * i + phase)), shape);

/** y, the states, and the gradients of all inputs, of a layer on waves. */
async function runAll(cell: CellName, [batch, time, units]: readonly number[], options: SequenceOptions = {}, xz?: HostArray): Promise<Run> {
  const shapes = shapesOf(cell, batch, time, units, true);
  const inputs = shapes.map((shape, i) => tensor(i === 0 && xz ? xz : wave(shape, i, i === 1 ? 1 / Math.sqrt(units) : 1)));
  const n = hasBias(cell) ? 3 : 2;
  let sequence!: Sequence;
  const { gradients } = valueAndGrad((...given) => {
    sequence = layer(cell, given, { ...options, initialState: given.slice(n) });
    const { y, states } = sequence;
    // Padding gets no gradient, as from a masked loss.
    const upstream = options.length === undefined || !options.returnSequences ? y : slice(y, [0, 0], [-1, options.length as number]);
    return concat([upstream, ...states].map((t, i) => mul(flatten1(t), flatten1(tensor(wave(t.shape, 7 + i))))));
  })(...inputs);
  const all = { y: sequence.y, ...Object.fromEntries([...sequence.states, ...gradients].map((t, i) => [`result ${i}`, t])) };
  return { values: await Promise.all(Object.values(all).map((t) => t.data())), names: Object.keys(all) };
}

const flatten1 = (t: Tensor): Tensor => reshape(t, [-1]);

function expectNear(a: Run, b: Run, tolerance: number, what: string): void {
  a.values.forEach((values, i) => {
    for (let j = 0; j < values.length; j++) {
      const [p, q] = [values[j], b.values[i][j]];
      if (!(Math.abs(p - q) <= tolerance * Math.max(1, Math.abs(q)))) assert.unreachable(`${what}: ${a.names[i]}[${j}] is ${p}, not ${q}`);
    }
  });
}

for (const cell of cells) {
  test(`${cell}: kernels and steps agree where there are several workgroups, blocks and dispatches`, async () => {
    const kinked = { activation: 'relu', recurrentActivation: 'hardSigmoid' } as const;
    for (const options of [{ returnSequences: true }, { ...kinked, goBackwards: true, mask: maskTensor(Array.from({ length: 35 * 20 }, (_, i) => i % 3 !== 0), 35, 20) }]) {
      const size = [35, 20, 68];
      const whole = await runAll(cell, size, options);
      expectNear(whole, await runAll(cell, size, { ...options, implementation: 'steps' }), 2e-5, 'steps');
      assert.equal((await runAll(cell, size, { ...options, stepsPerDispatch: 7 })).values, whole.values, 'the same bits in parts');
      assert.equal((await runAll(cell, size, options)).values, whole.values, 'the same bits again');
    }
  });

  test(`${cell}: laid out for a GPU, and for lanes that cannot shuffle`, async () => {
    const devices = [
      { software: false, subgroup: 32, maxLanes: 256 },
      { software: true, subgroup: 0, maxLanes: 64 },
    ];
    for (const size of [[3, 6, 20], [17, 5, 132]]) {
      const steps = await runAll(cell, size, { returnSequences: true, implementation: 'steps' });
      for (const device of devices) expectNear(await runAll(cell, size, { returnSequences: true, device }), steps, 2e-5, JSON.stringify(device));
    }
  });

  for (const goBackwards of [false, true]) {
    test(`${cell}: padding beyond the true length changes no bit${goBackwards ? ', backwards' : ''}`, async () => {
      const [batch, time, more, units] = [5, 6, 7, 12];
      const columns = GATES[cell] * units;
      const short = wave([batch, time, columns], 0);
      const long = new HostArray(new Float32Array(batch * (time + more) * columns).fill(NaN), [batch, time + more, columns]);
      for (let b = 0; b < batch; b++) {
        long.data.set(short.data.subarray(b * time * columns, (b + 1) * time * columns), b * (time + more) * columns);
      }
      const last = { goBackwards };
      const [own, padded] = [await runAll(cell, [batch, time, units], last, short), await runAll(cell, [batch, time + more, units], { ...last, length: time }, long)];
      own.names.forEach((name, i) => {
        if (i <= STATES[cell]) assert.equal(padded.values[i], own.values[i], name);
      });
      // The gradient of xz is that of the short one, and 0 in the padding.
      const gradientAt = 1 + STATES[cell];
      const [dShort, dLong] = [own.values[gradientAt] as Float32Array, padded.values[gradientAt] as Float32Array];
      for (let b = 0; b < batch; b++) {
        const row = dLong.subarray(b * (time + more) * columns, (b + 1) * (time + more) * columns);
        assert.equal(row.subarray(0, time * columns), dShort.subarray(b * time * columns, (b + 1) * time * columns), `dxz of row ${b}`);
        assert.ok(row.subarray(time * columns).every((d) => d === 0), `no dxz in the padding of row ${b}`);
      }
    });
  }
}

for (const cell of cells) {
  test(`${cell}: 300 units`, async () => {
    const [batch, time, units] = [2, 3, 300];
    const [x, wh, bias] = shapesOf(cell, batch, time, units, false).map((shape, i) => wave(shape, i, i === 1 ? 1 / Math.sqrt(units) : 1));
    const options = { activation: 'tanh', recurrentActivation: 'sigmoid', goBackwards: false, returnSequences: true, resetAfter: true } as const;
    const want = rnnReference({ ...options, cell, batch, time, units, mask: null, length: time }, { xz: x.data, wh: wh.data, bias: bias?.data ?? null, states: [] });
    const got = await layer(cell, [tensor(x), tensor(wh), ...(bias ? [tensor(bias)] : [])], options).y.data();
    got.forEach((value, i) => assert.ok(Math.abs(value - want.y[i]) < 1e-5, `y[${i}] is ${value}, not ${want.y[i]}`));
    expectNear(await runAll(cell, [batch, time, units], options), await runAll(cell, [batch, time, units], { ...options, implementation: 'steps' }), 5e-5, 'steps');
  });
}

test('every step of a padded sequence is that of the short one', async () => {
  const [batch, time, more, units] = [3, 4, 5, 8];
  const x = wave([batch, time + more, 4 * units], 1);
  const wh = tensor(wave([units, 4 * units], 2, 0.4));
  const full = tensor(x);
  const own = lstm(slice(full, [0, 0], [-1, time]), wh, { returnSequences: true }).y;
  const padded = lstm(full, wh, { returnSequences: true, length: time }).y;
  assert.equal(await slice(padded, [0, 0], [-1, time]).data(), await own.data());
  const end = slice(own, [0, time - 1], [-1, 1]);
  for (let t = time; t < time + more; t++) assert.equal(await slice(padded, [0, t], [-1, 1]).data(), await end.data(), `step ${t} repeats the last one`);
});

test('a captured step takes its length from the step slot', async () => {
  const [batch, time, units] = [3, 9, 8];
  const wh = tensor(wave([units, 4 * units], 2, 0.4));
  let length = 0;
  const scalar = { dtype: 'u32', next: () => length } as const;
  const run = (implementation: 'sequence' | 'steps', bound: SequenceOptions['length']) => (x: Tensor): Tensor[] => {
    const tape = new GradientTape();
    tape.watch(x);
    const y = tape.record(() => lstm(x, wh, { length: bound, implementation }).y);
    return [y, ...(tape.gradient(y, [x]) as Tensor[])];
  };
  const captured = compileStep(run('sequence', scalar));
  const inSteps = compileStep(run('steps', scalar));
  for (length of [9, 4, 1, 7, 9]) {
    const x = wave([batch, time, 4 * units], length);
    const [y, dx] = await Promise.all(captured(x).map((t) => t.data()));
    const [fixed, dFixed] = await Promise.all(scope(() => run('sequence', length)(tensor(x))).map((t) => t.data()));
    assert.equal([y, dx], [fixed, dFixed], `length ${length}: the bits of a fixed length`);
    const [slow] = await Promise.all(inSteps(x).map((t) => t.data()));
    slow.forEach((value, i) => assert.ok(Math.abs(value - y[i]) < 1e-5, `length ${length}, step by step`));
  }
  assert.is(captured.dispatches.length, 1, 'one capture serves all lengths');
});

test('two dispatches for a whole sequence and its gradient, besides the products', () => {
  const step = compileStep((x: Tensor, wh: Tensor) => {
    const tape = new GradientTape();
    tape.watch(x);
    const y = tape.record(() => lstm(x, wh).y);
    return tape.gradient(y, [x]);
  });
  const forward = compileStep((x: Tensor, wh: Tensor) => lstm(x, wh).y);
  const [x, wh] = [wave([2, 64, 64], 0), wave([16, 64], 1)];
  step(x, wh);
  forward(x, wh);
  assert.equal(forward.dispatches, [1], 'forward');
  // Forward, the gradient, and the ones it starts from; whᵀ where the product does not transpose.
  assert.equal(step.dispatches, [gpu().info.software ? 3 : 4], 'with its gradient');
});

test('without a tape nothing is kept', async () => {
  const [batch, time, units] = [4, 100, 16];
  const [x, wh] = [tensor(wave([batch, time, 4 * units], 0)), tensor(wave([units, 4 * units], 1, 0.3))];
  const bytes = (fn: () => Tensor): number => {
    gpu().recorder.flush();
    const before = gpu().pool.use.live;
    const y = fn();
    gpu().recorder.flush();
    const used = gpu().pool.use.live - before;
    y.dispose();
    return used;
  };
  await x.data();
  await wh.data();
  const tape = new GradientTape();
  tape.watch(x);
  const plain = bytes(() => scope(() => lstm(x, wh).y));
  assert.ok(plain <= 2 * batch * units * 4, `${plain} bytes live after inference`);
  const kept = bytes(() => tape.record(() => lstm(x, wh)).y);
  const floats = kept / (4 * batch * time * units);
  assert.ok(floats >= 6 && floats <= 7, `${floats} numbers kept for the gradient of each unit and step`);
});

for (const cell of cells) {
  test(`${cell}: the gates may take the place of xz, but do not by themselves`, async () => {
    const arrays = shapesOf(cell, 3, 5, 8, false).map((shape, i) => wave(shape, i, i === 1 ? 0.4 : 1));
    const gradients = async (options: SequenceOptions, persistent: boolean): Promise<ArrayLike<number>[][]> => {
      const inputs = arrays.map((array) => tensor(array));
      const tape = new GradientTape({ persistent });
      for (const input of inputs) tape.watch(input);
      const y = tape.record(() => layer(cell, inputs, options).y);
      const rounds = Array.from({ length: persistent ? 2 : 1 }, () => tape.gradient(y, inputs) as Tensor[]);
      const all = await Promise.all(rounds.map((round) => Promise.all(round.map((t) => t.data()))));
      if (!options.overwrite) assert.equal(await inputs[0].data(), arrays[0].data, 'xz is as it was');
      return all;
    };
    const [want] = await gradients({}, false);
    assert.equal(await gradients({ overwrite: true }, false), [want], 'in its place');
    assert.equal(await gradients({}, true), [want, want], 'twice');
    assert.equal(await gradients({ overwrite: true }, true), [want, want], 'in its place, twice');
  });
}

test('what does not fit is refused with its name', () => {
  const x = tensor(wave([2, 3, 16], 0));
  const wh = tensor(wave([4, 16], 0));
  const refuses = (fn: () => unknown, type: new (...args: never[]) => Error, text: RegExp): void => {
    assert.throws(fn, (error: Error) => error instanceof type && text.test(error.message));
  };
  refuses(() => lstm(x, tensor(wave([4, 12], 0))), ShapeError, /lstm: wh has shape \[4, 12\]; expected \[4, 16\]/);
  refuses(() => lstm(tensor(wave([2, 3, 12], 0)), wh), ShapeError, /lstm: xz has shape \[2, 3, 12\]; expected \[2, 3, 16\]/);
  refuses(() => lstm(tensor(new HostArray(new Float32Array(0), [2, 0, 16])), wh), ShapeError, /no steps/);
  refuses(() => lstm(x, wh, { mask: tensor(wave([2, 3], 0)) }), DtypeError, /lstm: mask is f32; expected bool/);
  refuses(() => lstm(x, wh, { mask: maskTensor([true, true], 2, 1) }), ShapeError, /lstm: mask has shape \[2, 1\]; expected \[2, 3\]/);
  refuses(() => lstm(x, wh, { initialState: [tensor(wave([2, 4], 0))] }), ValueError, /initialState holds 1 tensors; expected 2/);
  refuses(() => gru(tensor(wave([2, 3, 12], 0)), tensor(wave([4, 12], 0)), tensor(wave([12], 0)), { resetAfter: false }), ValueError, /gru: .*bias/);
  refuses(
    () => valueAndGrad((a) => sum(valueAndGrad((b) => lstm(b, wh).y)(a).gradients[0]))(x),
    ValueError,
    /second derivatives.*implementation: 'steps'/,
  );
});

test('steps have second derivatives', async () => {
  const [x, wh] = [tensor(wave([2, 3, 4], 0)), tensor(wave([4, 4], 1, 0.5))];
  const first = (a: Tensor): Tensor => sum(mul(valueAndGrad((b) => simpleRnn(b, wh, { implementation: 'steps' }).y)(a).gradients[0], tensor(wave([2, 3, 4], 4))));
  const [second] = valueAndGrad(first)(x).gradients;
  const h = 1e-2;
  const at = async (i: number, d: number): Promise<number> => {
    const moved = wave([2, 3, 4], 0).map((value, j) => value + (j === i ? d : 0));
    return first(tensor(moved)).item();
  };
  const data = await second.data();
  for (const i of [0, 7, 23]) {
    const want = ((await at(i, h)) - (await at(i, -h))) / (2 * h);
    assert.ok(Math.abs(data[i] - want) < 2e-3, `${data[i]}, not ${want}`);
  }
});

test('an empty batch gives an empty result', async () => {
  const { y, states } = lstm(tensor(new HostArray(new Float32Array(0), [0, 3, 16])), tensor(wave([4, 16], 0)), { returnSequences: true });
  assert.equal([y.shape, ...states.map(({ shape }) => shape)], [[0, 3, 4], [0, 4], [0, 4]]);
  assert.is((await y.data()).length, 0);
});

test.run();
