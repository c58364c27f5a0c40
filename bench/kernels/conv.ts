/** Convolutions: forward and both gradients, the engine's choice beside the naive kernel. */
import { type Convolution, convolve, convolveBack } from '../../engine/ops/conv/conv-dispatch';
import { filterGradients } from '../../engine/ops/conv/conv-filters';
import { convAxis } from '../../engine/ops/conv/conv-geometry';
import { tensor } from '../../engine/tensor/create';
import type { TypedArray } from '../../engine/tensor/dtype';
import { type Shape, sizeOf, stridesOf } from '../../engine/tensor/shape';
import { empty, type Tensor } from '../../engine/tensor/tensor';
import { randomArray, uniform } from '../operands';
import type { KernelBenchmark, Trial } from './benchmark';

/** `batch` images of `size` × `size` and so many channels, filters of `taps` × `taps`. */
interface Layer {
  readonly name: string;
  readonly batch: number;
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
  readonly stride?: number;
  readonly padding?: 'valid' | 'same';
}

const layers: Layer[] = [
  { name: '3×3, 1 → 32, 28², batch 32,', batch: 32, size: 28, inputs: 1, outputs: 32, taps: 3 },
  { name: '3×3, 32 → 64, 26², batch 8,', batch: 8, size: 26, inputs: 32, outputs: 64, taps: 3 },
  { name: '3×3, 64 → 64, 56², batch 2,', batch: 2, size: 56, inputs: 64, outputs: 64, taps: 3, padding: 'same' },
  { name: '3×3, 3 → 32, 32², batch 32,', batch: 32, size: 32, inputs: 3, outputs: 32, taps: 3, padding: 'same' },
  { name: '3×3 by 2, 128 → 256, 28², batch 4,', batch: 4, size: 28, inputs: 128, outputs: 256, taps: 3, stride: 2, padding: 'same' },
  { name: '1×1, 64 → 256, 14², batch 8,', batch: 8, size: 14, inputs: 64, outputs: 256, taps: 1 },
];

type Direction = 'forward' | 'dW' | 'dX';

/** The naive kernel takes seconds beyond so many multiply-adds on a software adapter. */
const NAIVE_MOST = 2 ** 26;

function benchmark({ name, batch, size, inputs, outputs, taps, stride = 1, padding = 'valid' }: Layer, direction: Direction): KernelBenchmark {
  const axis = convAxis(size, taps, stride, 1, padding);
  const shapes = { x: [batch, size, size, inputs], w: [taps, taps, inputs, outputs], y: [batch, axis.windows, axis.windows, outputs] };
  const multiplyAdds = sizeOf(shapes.y) * taps * taps * inputs;
  return {
    name: `conv ${name} ${direction}`,
    flops: 2 * multiplyAdds,
    bytes: 4 * Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0),
    setUp({ info }): Trial {
      const arrays = { x: randomArray(shapes.x, 1), w: randomArray(shapes.w, 2), y: randomArray(shapes.y, 3) };
      const [x, w, y] = [tensor(arrays.x), tensor(arrays.w), tensor(arrays.y)];
      const form = (variant?: 'naive') => (): Tensor[] => {
        const conv: Convolution = { batch, high: axis, wide: axis, inputs, outputs, groups: 1, variant };
        const result = empty(direction === 'forward' ? shapes.y : direction === 'dW' ? shapes.w : shapes.x);
        if (direction === 'forward') convolve(conv, x, w, undefined, result, 'linear');
        else if (direction === 'dX') convolveBack(conv, y, w, result);
        else {
          const db = empty([outputs]);
          filterGradients(conv, x, y, result, db);
          return [result, db];
        }
        return [result];
      };
      return {
        run: form(),
        naive: multiplyAdds <= NAIVE_MOST || !info.software ? form('naive') : undefined,
        check: ([result]) => check(direction, result, shapes, { x: arrays.x.data, w: arrays.w.data, y: arrays.y.data }, stride, axis.pad),
        dispose: () => [x, w, y].forEach((operand) => operand.dispose()),
      };
    },
  };
}

type Each<T> = Readonly<Record<'x' | 'w' | 'y', T>>;

/** Some elements against sums in double precision over every product that they have a part in, within what their roundings may cost. */
function check(direction: Direction, result: TypedArray, shapes: Each<Shape>, data: Each<TypedArray>, stride: number, pad: number): void {
  const pick = uniform(4);
  const own = direction === 'forward' ? 'y' : direction === 'dW' ? 'w' : 'x';
  const [, size, , inputs] = shapes.x;
  const [taps, , , outputs] = shapes.w;
  const [batch, windows] = shapes.y;
  const range = (known: number | undefined, length: number): number[] => (known === undefined ? Array.from({ length }, (_, i) => i) : [known]);
  for (let s = 0; s < 30; s++) {
    const at = Math.floor(pick() * sizeOf(shapes[own]));
    const index = stridesOf(shapes[own]).map((distance, axis) => Math.floor(at / distance) % shapes[own][axis]);
    const of = (part: 'x' | 'w' | 'y', axis: number): number | undefined => (part === own ? index[axis] : undefined);
    let want = 0;
    let terms = 0;
    for (const b of range(of('y', 0) ?? of('x', 0), batch)) {
      for (const i of range(of('y', 1), windows)) for (const r of range(of('w', 0), taps)) {
        const row = i * stride - pad + r;
        if (row < 0 || row >= size || (own === 'x' && row !== index[1])) continue;
        for (const j of range(of('y', 2), windows)) for (const c of range(of('w', 1), taps)) {
          const column = j * stride - pad + c;
          if (column < 0 || column >= size || (own === 'x' && column !== index[2])) continue;
          for (const from of range(of('x', 3) ?? of('w', 2), inputs)) for (const to of range(of('y', 3) ?? of('w', 3), outputs)) {
            const x = own === 'x' ? 1 : data.x[((b * size + row) * size + column) * inputs + from];
            const w = own === 'w' ? 1 : data.w[((r * taps + c) * inputs + from) * outputs + to];
            const y = own === 'y' ? 1 : data.y[((b * windows + i) * windows + j) * outputs + to];
            want += x * w * y;
            terms++;
          }
        }
      }
    }
    if (!(Math.abs(result[at] - want) <= 2 ** -23 * (terms + 4))) throw new Error(`wrong at [${index.join(', ')}]: ${result[at]}, expected ${want}`);
  }
}

export const conv: readonly KernelBenchmark[] = layers.flatMap((layer) => (['forward', 'dW', 'dX'] as const).map((direction) => benchmark(layer, direction)));
