/** What was computed from watched tensors, as plain data, in order. */
import type { Tensor } from '../tensor/tensor';
import type { GradientThunks } from './op';

export interface TapeNode {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  gradient(dy: readonly (Tensor | null)[]): GradientThunks;
}

export class Tape {
  readonly nodes: TapeNode[] = [];
  private readonly watched = new Set<number>();
  private readonly tracked = new Set<number>();

  /** `uses`: how often gradients may be taken of it. */
  constructor(readonly uses = 1) {}

  watch(tensor: Tensor): void {
    this.watched.add(tensor.id);
    this.tracked.add(tensor.id);
  }

  /** Whether a gradient with respect to this very tensor was asked for beforehand. */
  watches({ id }: Tensor): boolean {
    return this.watched.has(id);
  }

  /** Whether it is watched or was computed from something watched. */
  tracks(tensor: Tensor): boolean {
    return this.tracked.has(tensor.id) || watched.has(tensor);
  }

  /** Keeps the node if it depends on anything watched. */
  record(node: TapeNode): void {
    if (!node.inputs.some((input) => this.tracks(input))) return;
    this.nodes.push(node);
    for (const { id } of node.outputs) this.tracked.add(id);
  }
}

const tapes: Tape[] = [];
/** Tensors that every tape watches: the values of trainable variables. */
const watched = new WeakSet<Tensor>();

export function setWatched(tensor: Tensor, on: boolean): void {
  if (on) watched.add(tensor);
  else watched.delete(tensor);
}

export function recordNode(node: TapeNode): void {
  for (const tape of tapes) tape.record(node);
}

/** Whether a tape watches this very tensor. */
export function isWatched(tensor: Tensor): boolean {
  return tapes.some((tape) => tape.watches(tensor));
}

/**
 * How often the gradient of an op on these inputs can be asked for: 0 where no tape records it. Ops ask that keep more for
 * their gradient, or that can make it in the place of what they kept.
 */
export function gradientUses(inputs: readonly Tensor[]): number {
  const recording = tapes.filter((tape) => inputs.some((input) => tape.tracks(input)));
  return recording.reduce((uses, tape) => uses + tape.uses, 0);
}

/** Runs `fn` while `tape` records. */
export function withTape<T>(tape: Tape, fn: () => T): T {
  tapes.push(tape);
  try {
    return fn();
  } finally {
    tapes.splice(tapes.lastIndexOf(tape), 1);
  }
}

/** Runs `fn` unseen by all tapes. */
export function withoutTapes<T>(fn: () => T): T {
  const open = tapes.splice(0);
  try {
    return fn();
  } finally {
    tapes.push(...open);
  }
}
