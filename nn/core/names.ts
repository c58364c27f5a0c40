/** Names: Keras's snake_case and camelCase mean the same, and layers that get no name are numbered. */
import { unknownName, ValueError } from '../../engine/errors';

/** What all spellings of a name have in common. */
function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** `SparseCategoricalCrossentropy` → `sparse_categorical_crossentropy`, `GlobalAveragePooling1D` → `global_average_pooling1d`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The entry of `table` that `name` means, in Keras's snake_case, camelCase or a class's name; a clear error with the nearest name otherwise. */
export function lookUp<T>(kind: string, name: string, table: Readonly<Record<string, T>>): T {
  if (typeof name !== 'string') throw new ValueError(`The ${kind} is ${describe(name)}; expected a name, or what the functions of wgrad make.`);
  const key = Object.keys(table).find((known) => plain(known) === plain(name));
  if (key === undefined) throw unknownName(kind, name, Object.keys(table));
  return table[key];
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? `a ${value.constructor.name}` : String(value);
}

const used = new Map<string, number>();

/** `dense`, `dense_1`, `dense_2` … as Keras numbers layers without a name. */
export function automaticName(className: string): string {
  const base = toSnakeCase(className);
  const count = used.get(base) ?? 0;
  used.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** Starts automatic names afresh. */
export function clearSession(): void {
  used.clear();
}
