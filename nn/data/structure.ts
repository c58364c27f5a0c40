/** Elements of data sets: arrays on the host, alone or in tuples and objects. */
import { DtypeError, ShapeError } from '../../engine/errors';
import type { HostDtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import type { PartialShape } from '../core/layer';
import { StringArray } from '../core/string-array';

export type HostValue = HostArray | StringArray;

/** `[x, y]`, `{ text, label }`, or one array. */
export type Element = HostValue | readonly Element[] | { readonly [name: string]: Element };

/** What is known of an array before it is there. */
export interface ValueSpec {
  /** `null` for sizes that vary. */
  readonly shape: PartialShape;
  readonly dtype: HostDtype | 'string';
}

/** The specs of an element, in its structure. */
export type SpecOf<T> = T extends HostValue ? ValueSpec : { readonly [K in keyof T]: SpecOf<T[K]> };

export function isHostValue(value: unknown): value is HostValue {
  return value instanceof HostArray || value instanceof StringArray;
}

/** `fn` of corresponding arrays of elements of one structure, in that structure. */
export function mapValues(elements: readonly Element[], what: string, fn: (values: readonly HostValue[]) => unknown): unknown {
  const [first] = elements;
  if (isHostValue(first)) {
    return fn(elements.map((element) => {
      if (!isHostValue(element)) throw different(what, first, element);
      return element;
    }));
  }
  if (typeof first !== 'object' || first === null) {
    throw new DtypeError(`${what}: ${String(first)} is no array; expected HostArray, StringArray, or tuples and objects of them.`);
  }
  const names = Object.keys(first);
  const inner = (name: string): unknown => mapValues(elements.map((element) => {
    if (isHostValue(element) || Object.keys(element).length !== names.length || !(name in element)) throw different(what, first, element);
    return (element as Readonly<Record<string, Element>>)[name];
  }), what, fn);
  return Array.isArray(first) ? names.map(inner) : Object.fromEntries(names.map((name) => [name, inner(name)]));
}

function different(what: string, first: Element, other: Element): ShapeError {
  return new ShapeError(`${what}: elements must have one structure; the first is ${describe(first)}, another ${describe(other)}.`);
}

function describe(element: Element): string {
  if (isHostValue(element)) return 'an array';
  return Array.isArray(element) ? `a tuple of ${element.length}` : `an object of ${Object.keys(element).join(', ')}`;
}

/** The specs in `spec`, each changed by `fn`. */
export function mapSpec<T>(spec: SpecOf<T> | null, fn: (spec: ValueSpec) => ValueSpec): SpecOf<T> | null {
  const walk = (node: unknown): unknown => {
    if (isSpec(node)) return fn(node);
    return Array.isArray(node) ? node.map(walk) : Object.fromEntries(Object.entries(node as object).map(([name, inner]) => [name, walk(inner)]));
  };
  return spec === null ? null : (walk(spec) as SpecOf<T>);
}

/** A spec has a dtype that is a name; an element's part by that name would be an array's spec. */
function isSpec(node: unknown): node is ValueSpec {
  return typeof (node as ValueSpec).dtype === 'string';
}
