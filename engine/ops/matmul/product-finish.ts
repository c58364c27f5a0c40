/**
 * What a product can do to its result on its way to memory, where an op of its own would do it afterwards: offered to the
 * captured step, which takes it if nobody else needs the plain product (engine/gpu/substitutes.ts). Of f16 a product that is multiplied
 * as well is rounded once, where it would have been twice.
 */
import { gpu } from '../../gpu/gpu';
import type { Storage } from '../../gpu/storage';
import { sameMemory, type Tensor } from '../../tensor/tensor';
import { type DropoutParams, gemm, productBehind } from './gemm';

interface Dropped {
  readonly x: Tensor;
  readonly y: Tensor;
  /** The same object for dropout and its gradient, which drop the same elements. */
  readonly how: DropoutParams;
}

const dropped = new WeakMap<Storage, Dropped>();
const droppedAlike = new WeakMap<DropoutParams, Dropped[]>();

/** After the dispatch for y = dropout(x): as part of the product x. */
export function offerDropout(x: Tensor, y: Tensor, how: DropoutParams): void {
  const { recorder } = gpu();
  if (!recorder.capturing) return;
  const found = { x, y, how };
  dropped.set(y.storage, found);
  droppedAlike.set(how, [...(droppedAlike.get(how) ?? []), found]);
  const product = productBehind(x);
  if (product && product.n % 4 === 0) recorder.offer([x], () => gemm({ ...product, c: y, dropout: how }));
}

/** After the dispatch for y = relu(x): as part of the product x. */
export function offerRelu(x: Tensor, y: Tensor): void {
  const product = productBehind(x);
  if (product && (product.activation ?? 'linear') === 'linear') gpu().recorder.offer([x], () => gemm({ ...product, c: y, activation: 'relu' }));
}

/**
 * After the dispatch for dx, the gradient of y = relu(x) from dy: as part of the product dy. If dropout followed, its output tells
 * both what relu and what dropout let pass, and neither y nor what came back through dropout is needed.
 */
export function offerReluGradient(y: Tensor, dy: Tensor, dx: Tensor): void {
  const { recorder } = gpu();
  const backward = recorder.capturing ? dropped.get(dy.storage) : undefined;
  const forward = backward && droppedAlike.get(backward.how)!.find(({ x }) => sameMemory(x, y));
  if (backward && !forward) return;
  const product = productBehind(backward?.x ?? dy);
  if (!product) return;
  recorder.offer(backward ? [backward.x, dy] : [dy], () => gemm({ ...product, c: dx, gate: forward?.y ?? y, scale: backward?.how.scale }));
}

/** After the dispatch for y = x · scale: as part of the product x. */
export function offerScale(x: Tensor, y: Tensor, scale: number): void {
  const product = productBehind(x);
  if (product) gpu().recorder.offer([x], () => gemm({ ...product, c: y, scale }));
}
