/** What the tests of the data sets share: small files, folders, a server, and exact looks at errors. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { host } from '../../engine/platform/node';

/** An IDX file of u8. */
export function idx(shape: number[], data: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** The four packed files of a set of `train` + `test` images whose labels run 0, 1, …, 9, 0, … */
export function imageFiles(train: number, test: number): Record<string, Uint8Array> {
  const images = (n: number) => gzipSync(idx([n, 28, 28], Uint8Array.from({ length: n * 784 }, (_, i) => i % 251)));
  const labels = (n: number) => gzipSync(idx([n], Uint8Array.from({ length: n }, (_, i) => i % 10)));
  return {
    'train-images-idx3-ubyte.gz': images(train),
    'train-labels-idx1-ubyte.gz': labels(train),
    't10k-images-idx3-ubyte.gz': images(test),
    't10k-labels-idx1-ubyte.gz': labels(test),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An address at which nobody listens. */
export const CLOSED = 'http://127.0.0.1:2/';

/** A fresh WGRAD_DATA and WGRAD_CACHE for `fn`, and what it wrote to the terminal. */
export async function sandbox(fn: (folders: { data: string; cache: string; written: () => string }) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'wgrad-datasets-'));
  const before = { data: process.env.WGRAD_DATA, cache: process.env.WGRAD_CACHE, write: host.terminal.write };
  let text = '';
  process.env.WGRAD_DATA = join(root, 'data');
  process.env.WGRAD_CACHE = join(root, 'cache');
  host.terminal.write = (more) => void (text += more);
  try {
    await fn({ data: join(root, 'data'), cache: join(root, 'cache'), written: () => text });
  } finally {
    restore('WGRAD_DATA', before.data);
    restore('WGRAD_CACHE', before.cache);
    host.terminal.write = before.write;
    rmSync(root, { recursive: true, force: true });
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Writes `files` into a new folder. */
export function fill(folder: string, files: Record<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}

/** A server on this machine, with its address, for as long as `fn` runs. */
export async function serving(listener: RequestListener, fn: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await fn(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

type ErrorClass = new (...args: never[]) => Error;

function check(error: unknown, kind: ErrorClass, parts: string[]): void {
  if (!(error instanceof kind)) throw error;
  for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" should name "${part}"`);
}

/** `fn` throws an error of this class whose message holds all `parts`. */
export function throws(fn: () => unknown, kind: ErrorClass, ...parts: string[]): void {
  try {
    fn();
  } catch (error) {
    return check(error, kind, parts);
  }
  assert.unreachable(`expected a ${kind.name}`);
}

/** As `throws`, for a promise; resolves to the error's message. */
export async function rejects(promise: Promise<unknown>, kind: ErrorClass, ...parts: string[]): Promise<string> {
  try {
    await promise;
  } catch (error) {
    check(error, kind, parts);
    return (error as Error).message;
  }
  return assert.unreachable(`expected a ${kind.name}`) as never;
}

/** An NPY file as NumPy writes it. */
export function npy(descr: string, shape: number[], data: ArrayBufferView, version: 1 | 2 = 1, fortran = 'False'): Uint8Array {
  const sizes = shape.map((size) => `${size},`).join(' ');
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${sizes}), }`;
  const start = version === 1 ? 10 : 12;
  const header = dictionary.padEnd(Math.ceil((start + dictionary.length + 1) / 64) * 64 - start - 1) + '\n';
  const bytes = new Uint8Array(start + header.length + data.byteLength);
  bytes.set([0x93, ...Buffer.from('NUMPY'), version, 0]);
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(Buffer.from(header), start);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + header.length);
  return bytes;
}
