/** HDF5 files in memory, through h5wasm. It is large, so it is loaded only when somebody saves or loads. */
import type { Dataset, File, Group } from 'h5wasm';
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import { checkStoredShape, type StoredGroup, type StoredReader } from './stored';

/** Groups within each other; a file may lead round in circles. */
const MAX_DEPTH = 100;

let files = 0;

/** Runs `work` on a file in h5wasm's own memory, which is freed afterwards. */
async function withFile<T>(mode: 'r' | 'w', bytes: Uint8Array | null, work: (file: File) => T): Promise<[T, Uint8Array]> {
  const h5 = await import('h5wasm');
  const { FS } = await h5.ready;
  const path = `/wgrad-${files++}.h5`;
  try {
    if (bytes) FS.writeFile(path, bytes);
    const file = new h5.File(path, mode);
    let result: T;
    try {
      result = work(file);
    } finally {
      file.close();
    }
    return [result, FS.readFile(path) as Uint8Array];
  } finally {
    if (FS.analyzePath(path).exists) FS.unlink(path);
  }
}

/** A file of groups by path, each with its arrays as datasets `0`, `1`, … */
export async function writeHdf5(groups: ReadonlyMap<string, StoredGroup>): Promise<Uint8Array> {
  const [, bytes] = await withFile('w', null, (file) => {
    for (const [path, { name, arrays, named = {} }] of groups) {
      const group = path.split('/').reduce<Group>((parent, part) => (parent.keys().includes(part) ? (parent.get(part) as Group) : parent.create_group(part)), file);
      if (name !== undefined) group.create_attribute('name', name);
      arrays.forEach((array, i) => {
        const scalar = typeof array === 'bigint';
        group.create_dataset({ name: String(i), data: scalar ? BigInt64Array.of(array) : plain(array), shape: scalar ? [] : [...array.shape] });
      });
      for (const [key, array] of Object.entries(named)) group.create_dataset({ name: key, data: plain(array), shape: [...array.shape] });
    }
  });
  return bytes;
}

export async function readHdf5<T>(bytes: Uint8Array, where: string, work: (reader: StoredReader) => T): Promise<T> {
  try {
    const [result] = await withFile('r', bytes, (file) => work(reader(file, where)));
    return result;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name !== 'ErrnoError') throw error;
    throw new DataError(`${where} is not a whole HDF5 file (${bytes.length} bytes): ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

function reader(file: File, where: string): StoredReader {
  const find = (path: string): Group | Dataset | null => {
    let at: Group | Dataset | null = file;
    for (const part of path.split('/')) {
      if (!at || at.type !== 'Group' || !(at as Group).keys().includes(part)) return null;
      // Links out of the file are not followed.
      const next: unknown = (at as Group).get(part);
      at = isNode(next) ? next : null;
    }
    return at;
  };
  const dataset = (group: string, index: number | string): Dataset => {
    const found = find(`${group}/${index}`);
    if (found?.type !== 'Dataset') throw new DataError(`${where} has no array ${group}/${index}.`);
    return found as Dataset;
  };
  return {
    has: (group) => find(group)?.type === 'Group',
    groups(most) {
      const found: string[] = [];
      let visited = 0;
      const visit = (group: Group, path: string, depth: number): void => {
        if (++visited > most || depth > MAX_DEPTH) throw new DataError(`${where} has more than ${most} groups, or ${MAX_DEPTH} within each other, far more than the model has layers: it is not to be trusted.`);
        for (const key of group.keys()) {
          const child: unknown = group.get(key);
          if (!isNode(child) || child.type !== 'Group') continue;
          const inner = path ? `${path}/${key}` : key;
          if (key === 'vars' && (child as Group).keys().length > 0) found.push(inner);
          visit(child as Group, inner, depth + 1);
        }
      };
      visit(file, '', 0);
      return found;
    },
    count(group) {
      const found = find(group);
      return found?.type === 'Group' ? (found as Group).keys().length : 0;
    },
    array(group, index, shape) {
      const found = dataset(group, index);
      checkStoredShape(`${where}: ${group}/${index}`, found.shape ?? [], shape);
      return new HostArray(floats(found, `${where}: ${group}/${index}`), shape);
    },
    scalar(group, index) {
      const found = dataset(group, index);
      if ((found.shape ?? []).length > 0) throw new DataError(`${where}: ${group}/${index} is ${formatShape(found.shape!)}; expected a single number.`);
      checkNumbers(found, `${where}: ${group}/${index}`);
      return Number(found.value);
    },
  };
}

function isNode(value: unknown): value is Group | Dataset {
  return typeof value === 'object' && value !== null && 'type' in value && (value.type === 'Group' || value.type === 'Dataset');
}

function floats(dataset: Dataset, what: string): Float32Array {
  checkNumbers(dataset, what);
  const { value } = dataset;
  if (value instanceof Float32Array) return value;
  if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint32Array) return Float32Array.from(value);
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value));
  throw new DataError(`${what} holds ${String(dataset.dtype)}; expected numbers of 32 bits.`);
}

/** Elements of other types (strings, compounds) may be of any size: they are not read. */
function checkNumbers({ dtype }: Dataset, what: string): void {
  if (typeof dtype !== 'string' || !/^[<>|]?[fdiIqQ]$/.test(dtype)) throw new DataError(`${what} holds ${JSON.stringify(dtype)}; expected numbers.`);
}

function plain({ data }: HostArray): Float32Array | Int32Array | Uint32Array {
  return data as Float32Array;
}
