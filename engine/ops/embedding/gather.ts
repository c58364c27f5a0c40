/** Rows of a table by id, and the sums of rows by id that are its gradient. */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows, lineWindow, rowWindows, type Window } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, sameShape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import gatherSource from '../../../shaders/embedding/gather.wgsl';
import segmentSumSource from '../../../shaders/embedding/segment-sum.wgsl';
import { bitsOf } from '../elementwise/fill';
import { laneVector } from '../elementwise/lane-vector';
import { idsOf } from './ids';
import { sortedSum } from './sorted-sum';

const gatherKernel = defineKernel({
  name: 'embedding/gather',
  source: gatherSource,
  lib: [grid],
  bindings: { table: 'read', ids: 'read', y: 'write' },
  params: {
    rows: 'u32', width: 'u32', table_start: 'u32', table_length: 'u32', ids_start: 'u32', y_start: 'u32', y_length: 'u32', missing: 'u32',
  },
  consts: { T: 'u32' },
});

const segmentSumKernel = defineKernel({
  name: 'embedding/segment-sum',
  source: segmentSumSource,
  lib: [grid],
  bindings: { x: 'read', ids: 'read', sums: 'readwrite' },
  params: { width: 'u32', rows: 'u32', x_base: 'u32', ids_base: 'u32', sums_start: 'u32', sums_length: 'u32', fresh: 'u32' },
  consts: { T: 'f32' },
});

/** `missing` are the bits of elements whose id is no row. */
const gatherOp: Op<{ missing: number }> = defineOp<{ missing: number }>({
  name: 'gather',
  output: ([table, ids]) => {
    expectDtype('gather', 'ids', ids, 'i32', 'u32');
    if (table.shape.length === 0) throw new ShapeError('gather: the table is a scalar; expected rows.');
    return { shape: [...ids.shape, ...table.shape.slice(1)], dtype: table.dtype };
  },
  forward: ([table, ids], [y], { missing }) => gatherInto(table, ids, y, missing),
  gradient: ({ inputs: [table, ids], dy: [dy] }) => [
    table.dtype === 'f32' ? () => segmentSum(dy!, ids, table.shape[0]) : null,
    null,
  ],
});

const segmentSumOp: Op<{ segments: number }> = defineOp<{ segments: number }>({
  name: 'segmentSum',
  output: ([x, ids], { segments }) => {
    expectDtype('segmentSum', 'x', x, 'f32');
    expectDtype('segmentSum', 'ids', ids, 'i32', 'u32');
    if (!sameShape(x.shape.slice(0, ids.shape.length), ids.shape)) {
      throw new ShapeError(`segmentSum: x ${formatShape(x.shape)} must begin with the shape of its ids, ${formatShape(ids.shape)}.`);
    }
    return { shape: [segments, ...x.shape.slice(ids.shape.length)], dtype: 'f32' };
  },
  forward: ([x, ids], [sums], { segments }) => {
    if (sortedSum(x, ids, sums)) return;
    const width = sums.size / segments;
    const unit = width % 4 === 0 ? 4 : 1;
    // Without rows one dispatch makes the zeros.
    const sources = ids.size > 0 ? rowWindows('segmentSum', ids.size, width) : [{ start: 0, length: 0 }];
    for (const target of flatWindows(sums.size)) {
      sources.forEach((source, i) => {
        const rows = lineWindow(x, source.start * width, source.length * width);
        const rowIds = lineWindow(ids, source.start, source.length);
        run(segmentSumKernel, {
          bind: { x: rows.window, ids: rowIds.window, sums: part(sums, target) },
          params: {
            width: width / unit, rows: source.length, x_base: rows.base / unit, ids_base: rowIds.base,
            sums_start: target.start / unit, sums_length: target.length / unit, fresh: i === 0 ? 1 : 0,
          },
          consts: { T: unit === 4 ? 'vec4f' : 'f32' },
          grid: ceilDiv(target.length / unit, 64),
        });
      });
    }
  },
  // Rows that belong to no segment have no influence.
  gradient: ({ inputs: [, ids], dy: [dy] }) => [() => gatherOp([dy!, ids], { missing: 0 })[0], null],
});

/** Records y[i] = table[ids[i]], with the bits `missing` where that is no row. */
export function gatherInto(table: Tensor, ids: Tensor, y: Tensor, missing: number): void {
  expectDtype('gather', 'table', table, 'f32', 'i32', 'u32', 'bool');
  const width = y.size / ids.size;
  const { unit } = laneVector(width);
  // A table without rows still has to be bound; then every id is missing.
  const sources = table.size > 0 ? flatWindows(table.size) : [{ start: 0, length: 0 }];
  for (const target of flatWindows(y.size)) {
    const { ids: window, start } = idsOf(ids, target, width);
    for (const source of sources) {
      run(gatherKernel, {
        bind: { table: part(table, source), ids: window, y: part(y, target) },
        params: {
          rows: table.shape[0], width: width / unit,
          table_start: source.start / unit, table_length: source.length / unit,
          ids_start: start, y_start: target.start / unit, y_length: target.length / unit,
          missing,
        },
        consts: { T: unit === 1 ? 'u32' : `vec${unit}u` },
        grid: ceilDiv(target.length / unit, 256),
        traffic: 8 * target.length + window.byteLength,
      });
    }
  }
}

function part(x: Tensor, { start, length }: Window) {
  return lineWindow(x, start, length).window;
}

/**
 * Row `ids[i]` of `table` for each i: shapes [rows, …rest] and [n, …] give [n, …, …rest].
 * `ids` are `i32` or `u32`. Where an id is no row of the table, negative ones included, the result is NaN,
 * or 0 in a table of integers: a kernel cannot throw, and a loss that turns NaN is seen.
 */
export function gather(table: TensorLike, ids: TensorLike): Tensor {
  const rows = asTensor(table);
  return gatherOp([rows, asTensor(ids)], { missing: rows.dtype === 'f32' ? bitsOf(NaN, 'f32') : 0 })[0];
}

/**
 * For each segment the sum of the rows of `x` with its id: x [n, …, …rest] and ids [n, …] give
 * [segments, …rest]. Rows whose id names no segment are left out. Deterministic.
 */
export function segmentSum(x: TensorLike, ids: TensorLike, segments: number): Tensor {
  return segmentSumOp([asTensor(x), asTensor(ids)], { segments })[0];
}
