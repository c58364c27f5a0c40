/**
 * Options as Keras writes them: snake_case keys; objects as { module, class_name, config, registered_name }.
 * https://keras.io/guides/serialization_and_saving/
 */
import { DataError, ValueError } from '../../engine/errors';
import { type Activation, activationName } from '../activations';
import { toSnakeCase } from '../core/names';
import { type Initializer, initializerConfig, initializerFromConfig } from '../initializers';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** How Keras writes an object down. */
export interface KerasObject extends JsonObject {
  readonly module: string;
  readonly class_name: string;
  readonly config: JsonObject;
  readonly registered_name: string | null;
}

export function kerasObject(module: string, className: string, config: JsonObject): KerasObject {
  return { module, class_name: className, config, registered_name: null };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isKerasObject(value: Json | undefined): value is KerasObject {
  return isObject(value) && typeof value.class_name === 'string' && isObject(value.config);
}

/** Names that do not follow the rule. */
const irregular: Readonly<Record<string, string>> = { keepDims: 'keepdims', beta1: 'beta_1', beta2: 'beta_2' };
const regular = Object.fromEntries(Object.entries(irregular).map(([ours, theirs]) => [theirs, ours]));

export const kerasKey = (key: string): string => irregular[key] ?? toSnakeCase(key);
export const ourKey = (key: string): string => regular[key] ?? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A kind of object that options may hold (a layer in a layer, a schedule): how it is written and read. */
export interface Kind {
  /** Keras's object, or `null` if `value` is of another kind. */
  write(value: object): KerasObject | null;
  /** The object again, or `null` if `stored` is of another kind. */
  read(stored: KerasObject): object | null;
}

const kinds: Kind[] = [];

export function registerKind(kind: Kind): void {
  kinds.push(kind);
}

/** An option's value as Keras would write it. */
export function toKeras(value: unknown, what: string): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'function') {
    const initializer = initializerConfig(value as Initializer);
    if (initializer) return kerasObject('keras.initializers', initializer.className, keysToKeras(initializer.config, what));
    const name = activationName(value as Activation);
    if (name !== null) return toSnakeCase(name);
    throw new ValueError(`${what} is a function of your own, which cannot be saved; save the weights alone (saveWeights), or use a named one.`);
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, (one) => toKeras(one, what));
  for (const kind of kinds) {
    const written = kind.write(value as object);
    if (written) return written;
  }
  if (Object.getPrototypeOf(value) === Object.prototype) return keysToKeras(value as Record<string, unknown>, what);
  throw new ValueError(`${what} is a ${(value as object).constructor?.name ?? 'object'}, which cannot be saved.`);
}

/** Options that name an object of Keras's. */
const NAMING = /(initializer|regularizer|constraint|activation)$/i;

/** camelCase options with Keras's keys and values. */
export function keysToKeras(config: Readonly<Record<string, unknown>>, what: string): JsonObject {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  const named = (key: string, value: unknown): unknown => (typeof value === 'string' && NAMING.test(key) ? toSnakeCase(value) : value);
  return Object.fromEntries(entries.map(([key, value]) => [kerasKey(key), toKeras(named(key, value), `${what}: ${key}`)]));
}

/** A value that Keras wrote as ours. */
export function fromKeras(value: Json | undefined, what: string): unknown {
  if (Array.isArray(value)) return value.map((one) => fromKeras(one, what));
  if (!isKerasObject(value)) return isObject(value) ? keysFromKeras(value, what) : value;
  if (value.module === 'keras.initializers') return initializerFromConfig(value.class_name, keysFromKeras(value.config, what));
  if (value.module === 'builtins') return value.config;
  for (const kind of kinds) {
    const read = kind.read(value);
    if (read) return read;
  }
  throw new DataError(`${what} is a ${value.class_name} of ${value.module}, which wgrad does not have.`);
}

export function keysFromKeras(config: JsonObject, what: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [ourKey(key), fromKeras(value, `${what}: ${key}`)]));
}
