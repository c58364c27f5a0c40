/** Where the extremes are. */
import { defineOp, expectDtype } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { lineWindow } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { hostDtype } from '../../tensor/dtype';
import { formatShape, normalizeAxis, sizeOf } from '../../tensor/shape';
import { empty, type Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/reduce/arg.wgsl';
import { cast } from '../elementwise/cast';
import { pieces } from './reduce-kernels';
import { reshape } from '../layout/reshape';

const argKernel = defineKernel({
  name: 'reduce/arg',
  source,
  lib: [grid],
  bindings: { x: 'read', best: 'readwrite', y: 'write' },
  params: {
    n: 'u32', inner: 'u32', count: 'u32', x_base: 'u32', y_base: 'u32', lanes: 'u32', step: 'u32', first: 'u32', accumulate: 'u32',
  },
  overrides: { FLOAT: true, SIGNED: true, MIN: false },
});

interface Attrs {
  readonly name: string;
  readonly axis: number;
  readonly keepDims: boolean;
  readonly MIN: boolean;
}

const argOp = defineOp<Attrs>({
  name: 'arg',
  output([x], { name, axis, keepDims }) {
    expectDtype(name, 'x', x, 'f32', 'i32', 'u32');
    if (x.shape[axis] === 0) {
      throw new ShapeError(`${name}: shape ${formatShape(x.shape)} has no elements along axis ${axis}; expected at least one.`);
    }
    return { shape: x.shape.toSpliced(axis, 1, ...(keepDims ? [1] : [])), dtype: 'i32' };
  },
  forward([x], [y], { axis, MIN }) {
    const n = x.shape[axis];
    const inner = sizeOf(x.shape.slice(axis + 1));
    // As few as keep each busy for a while, since they must meet at barriers.
    const lanes = n <= 32 ? 1 : n < 4096 || inner > 1 ? 16 : 256;
    const best = empty(y.shape, 'u32');
    for (const piece of pieces(sizeOf(x.shape.slice(0, axis)), n, inner)) {
      const count = piece.outer * piece.inner;
      const from = lineWindow(x, piece.from, count * piece.n);
      const to = lineWindow(y, piece.to, count);
      run(argKernel, {
        bind: { x: from.window, best: lineWindow(best, piece.to, count).window, y: to.window },
        params: {
          n: piece.n,
          inner: piece.inner,
          count,
          x_base: from.base,
          y_base: to.base,
          lanes,
          // Neighbouring invocations read neighbouring elements.
          step: piece.inner === 1 ? 1 : 256 / lanes,
          first: piece.row,
          accumulate: Number(piece.row > 0),
        },
        overrides: { FLOAT: x.dtype === 'f32', SIGNED: x.dtype === 'i32', MIN },
        grid: ceilDiv(count, 256 / lanes),
      });
    }
    best.dispose();
  },
});

function arg(name: string, MIN: boolean, x: TensorLike, axis: number | null, keepDims: boolean): Tensor {
  const input = asTensor(x);
  const t = cast(input, hostDtype(input.dtype));
  if (axis !== null && t.rank > 0) return argOp([t], { name, axis: normalizeAxis(axis, t.rank, name), keepDims, MIN })[0];
  const place = argOp([reshape(t, [t.size])], { name, axis: 0, keepDims: false, MIN })[0];
  return keepDims ? reshape(place, t.shape.map(() => 1)) : place;
}

/** Index (i32) of the largest element along `axis`, or among all of them in row-major order. The first of equals; a NaN if there is one. */
export function argMax(x: TensorLike, axis: number | null = null, keepDims = false): Tensor {
  return arg('argMax', false, x, axis, keepDims);
}

/** Index (i32) of the smallest element along `axis`, or among all of them in row-major order. The first of equals; a NaN if there is one. */
export function argMin(x: TensorLike, axis: number | null = null, keepDims = false): Tensor {
  return arg('argMin', true, x, axis, keepDims);
}
