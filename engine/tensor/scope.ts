/** Deterministic release: `scope` frees what its function made, but for what it returns. */
import type { Tensor } from './tensor';

const scopes: Set<Tensor>[] = [];

/** The innermost open scope. */
export function currentScope(): Set<Tensor> | undefined {
  return scopes[scopes.length - 1];
}

/**
 * Runs `fn` and releases every tensor made inside, except those in its result (a tensor, or arrays and
 * plain objects of tensors), which pass to the enclosing scope. `fn` must not be asynchronous.
 */
export function scope<T>(fn: () => T): T {
  const made = new Set<Tensor>();
  scopes.push(made);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    scopes.pop();
    for (const tensor of made) tensor.dispose();
    throw error;
  }
  scopes.pop();
  const outer = currentScope();
  for (const tensor of tensorsIn(result)) if (made.delete(tensor)) outer?.add(tensor);
  for (const tensor of made) tensor.dispose();
  return result;
}

/** Takes a tensor out of the scopes: it lives until it is disposed of, or lost. */
export function keep<T extends Tensor>(tensor: T): T {
  const scoped = scopes.filter((made) => made.delete(tensor)).length > 0;
  if (scoped) tensor.releaseWhenLost();
  return tensor;
}

/** All tensors in nested arrays and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(tensorsIn) : [];
}

function isTensor(value: object): value is Tensor {
  return 'storage' in value && 'byteLength' in value && 'dispose' in value;
}
