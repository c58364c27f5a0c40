/** What a tutorial measured: result.json and the files beside it. */
import type { DtypePolicy, HostArray } from 'wgrad';
import { host } from '#platform';
import { sha256 } from '../engine/hash';

/** The options that decide the numbers; where a report goes or that it was resumed does not. */
export interface Options {
  /** `undefined` means the tutorial's own number. */
  epochs?: number;
  limit?: number;
  batch?: number;
  /** The original in full, also without a GPU. */
  full?: boolean;
  lengths?: number[];
  maxTokens?: number;
  /** In which precision layers keep their results, where that was told. */
  policy?: DtypePolicy;
  seed: number;
  data: 'auto' | 'real' | 'synthetic';
  adapter: 'auto' | 'gpu' | 'software';
}

export interface Result {
  tutorial: string;
  data: 'real' | 'synthetic';
  adapter: string;
  driver: string;
  seed: number;
  /** Hash of the tuning table in use; `null` without one. */
  tuning: string | null;
  options: Options;
  /** What was shortened against the full run, and what stands in for something of the original's, in words. */
  cut: string[];
  runs: RunRecord[];
}

export interface RunRecord {
  /** Fixed, one of the catalog's. */
  name: string;
  params: number;
  /** Epochs trained; the last one in part if the run was interrupted, which `cut` then says. */
  epochs: number;
  batch: number;
  samples: { train: number; val: number; test: number };
  /** Per epoch, by Keras's names. */
  history: Record<string, number[]>;
  /** `loss` and the metrics on the test set. */
  test: Record<string, number>;
  /** The file with the test predictions, beside result.json. */
  predictions: string;
  /** SHA-256 over the bytes of all weights, in the order of `model.getWeights()`. */
  weightsSha256: string;
  /** Wall time of training; the part of it before the first step was done; and per step after that. */
  seconds: number;
  compileSeconds: number;
  msPerStep: number;
  /** What else the tutorial measured, by name. */
  measured?: Record<string, number | number[]>;
}

/** The text of a file, or `undefined` where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  return (await host.files!.exists(path)) ? new TextDecoder().decode(await host.files!.read(path)) : undefined;
}

/** `undefined` where there is no result.json, or not a whole one. */
export async function readResult(folder: string): Promise<Result | undefined> {
  try {
    return JSON.parse((await readText(host.files!.join(folder, 'result.json'))) ?? '') as Result;
  } catch {
    return undefined;
  }
}

/** The note in `cut` that a run was interrupted; such a run is not complete. */
export function interruption(run: string, epoch: number, epochs: number): string {
  return `${run}: interrupted (epoch ${epoch} of ${epochs})`;
}

/**
 * Runs of `earlier` that the same command would only repeat: complete, under the same options, on the same data,
 * adapter and driver.
 */
export function completeRuns(earlier: Result | undefined, now: Omit<Result, 'cut' | 'runs'>): RunRecord[] {
  if (!earlier) return [];
  const key = ({ tutorial, data, adapter, driver, seed, tuning, options }: Omit<Result, 'cut' | 'runs'>): string =>
    JSON.stringify([tutorial, data, adapter, driver, seed, tuning, Object.entries(options).sort()]);
  if (key(earlier) !== key(now)) return [];
  return earlier.runs.filter(({ name }) => !earlier.cut.some((note) => note.startsWith(`${name}: interrupted`)));
}

/** SHA-256 over the bytes of all arrays in order, in lower-case hexadecimal. */
export async function hashOf(arrays: readonly HostArray[]): Promise<string> {
  const parts = arrays.map(bytesOf);
  return sha256(new Uint8Array(await new Blob(parts).arrayBuffer()));
}

const NPY_TYPES: Partial<Record<HostArray['dtype'], string>> = { f32: '<f4', i32: '<i4', u32: '<u4', u8: '|u1' };

/** An array as an .npy file, NumPy's format 1.0: magic, version, header length, header, data. */
export function npy(array: HostArray): Uint8Array {
  const descr = NPY_TYPES[array.dtype];
  if (!descr) throw new TypeError(`npy: no type for ${array.dtype}.`);
  const shape = `(${array.shape.join(', ')}${array.shape.length === 1 ? ',' : ''})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64; // the data is to start at a multiple of 64
  const header = `\x93NUMPY\x01\x00\0\0${dictionary.padEnd(length - 11)}\n`;
  const out = new Uint8Array(length + array.data.byteLength);
  for (let i = 0; i < length; i++) out[i] = header.charCodeAt(i);
  new DataView(out.buffer).setUint16(8, length - 10, true);
  out.set(bytesOf(array), length);
  return out;
}

function bytesOf({ data }: HostArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
