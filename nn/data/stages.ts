/** The stages of a pipeline: what each makes of the elements that come in. */
import type { RandomGenerator } from '../../engine/random';
import { integers } from '../../engine/random/distributions';
import type { Key } from '../../engine/random/key';

/** A fresh pass over the elements; its random choices come from `random`. */
export type Pass<T> = (random: RandomGenerator) => AsyncIterable<T>;

export async function* map<T, U>(source: AsyncIterable<T>, fn: (element: T) => U | Promise<U>): AsyncGenerator<U> {
  for await (const element of source) yield await fn(element);
}

export async function* filter<T>(source: AsyncIterable<T>, keep: (element: T) => boolean): AsyncGenerator<T> {
  for await (const element of source) if (keep(element)) yield element;
}

export async function* take<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count === 0) return;
  let left = count;
  for await (const element of source) {
    yield element;
    // Ends before the next element is made.
    if (--left === 0) return;
  }
}

export async function* skip<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let left = count;
  for await (const element of source) if (--left < 0) yield element;
}

/** Passes one after the other; ends early where a pass holds nothing, as forever would otherwise be silent. */
export async function* repeat<T>(pass: () => AsyncIterable<T>, times: number): AsyncGenerator<T> {
  for (let i = 0; i < times; i++) {
    let empty = true;
    for await (const element of pass()) {
      empty = false;
      yield element;
    }
    if (empty) return;
  }
}

export async function* concatenate<T>(first: AsyncIterable<T>, second: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* second;
}

/** Lists of `size` elements; the last may be shorter. */
export async function* group<T>(source: AsyncIterable<T>, size: number, dropRemainder: boolean): AsyncGenerator<T[]> {
  let elements: T[] = [];
  for await (const element of source) {
    if (elements.push(element) < size) continue;
    yield elements;
    elements = [];
  }
  if (elements.length > 0 && !dropRemainder) yield elements;
}

/** Elements gather in a buffer; whenever it holds `size` of them, a random one leaves. */
export async function* shuffle<T>(source: AsyncIterable<T>, size: number, key: Key): AsyncGenerator<T> {
  const next = integers(key);
  const buffer: T[] = [];
  const leave = (): T => {
    const i = next(buffer.length);
    const chosen = buffer[i];
    buffer[i] = buffer[buffer.length - 1];
    buffer.pop();
    return chosen;
  };
  for await (const element of source) if (buffer.push(element) === size) yield leave();
  while (buffer.length > 0) yield leave();
}

/**
 * Makes up to `ahead` elements before they are asked for, in the pauses in which the host waits for the device:
 * one per turn of the event loop, so that the loop's other work comes between.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const made: Promise<IteratorResult<T>>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const make = (): void => {
    const next = iterator.next();
    // Whoever takes the element gets the error; until then it is nobody's.
    next.catch(() => {});
    made.push(next);
  };
  const fill = (): void => {
    if (made.length >= ahead) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      make();
      fill();
    });
  };
  try {
    for (;;) {
      if (made.length === 0) make();
      const result = await made.shift()!;
      if (result.done) return;
      fill();
      yield result.value;
    }
  } finally {
    clearTimeout(timer);
    await iterator.return?.();
  }
}
