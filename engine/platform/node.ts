/** Node: Dawn through the `webgpu` package, the file system, the terminal. */
import { constants, promises as fs } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { create, globals } from 'webgpu';
import type { Host } from './host';

Object.assign(globalThis, globals);

// Dawn goes with this object when it is garbage-collected, and the process dies at random, even after its last
// device is destroyed. So it is held to the end; it does not keep the process from ending.
let gpu: GPU | null = null;

// The binding polls for finished work on the main thread without pause. On a software adapter
// that core is wanted by the threads that do the work, so we doze between polls.
const bell = new Int32Array(new SharedArrayBuffer(4));
const NAP_MS = 0.2;
let waiting = 0;
let napping = false;
function nap(): void {
  napping = waiting > 0;
  if (!napping) return;
  Atomics.wait(bell, 0, 0, NAP_MS);
  setImmediate(nap);
}

// Larger pieces pile up: what they leave behind is collected late.
const PIECE = 2 ** 16;

/** Piece by piece, as they are asked for. Opened for each: streams that are left halfway are not always told so. */
function streamOf(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = new Uint8Array(PIECE);
      const file = await fs.open(path);
      const { bytesRead } = await file.read(piece, 0, PIECE, at).finally(() => file.close());
      at += bytesRead;
      if (bytesRead > 0) controller.enqueue(piece.subarray(0, bytesRead));
      else controller.close();
    },
  });
}

export const host: Host = {
  name: 'node',
  env: (name) => process.env[name] || undefined,

  // Browsers round timestamps against spies; programs of one's own want them exact.
  gpu: () => (gpu ??= create(['disable-dawn-features=timestamp_quantization'])),

  async idle(pending) {
    waiting++;
    // One chain of naps, however many are waiting.
    if (!napping) nap();
    try {
      return await pending;
    } finally {
      waiting--;
    }
  },

  files: {
    join,
    cacheDir: () =>
      process.env.WGRAD_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wgrad'),
    exists: (path) => fs.access(path, constants.R_OK).then(() => true, () => false),
    list: (path) => fs.readdir(path),
    async read(path) {
      const bytes = await fs.readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) as Uint8Array<ArrayBuffer>;
    },
    async open(path) {
      const { size } = await fs.stat(path);
      return { size, stream: () => streamOf(path) };
    },
    async writeAtomic(path, data) {
      await fs.mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}.partial`;
      try {
        await fs.writeFile(temporary, data);
        await fs.rename(temporary, path);
      } catch (error) {
        await fs.rm(temporary, { force: true });
        throw error;
      }
    },
    async append(path, data) {
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.appendFile(path, data);
    },
  },

  terminal: {
    get interactive() {
      return process.stdout.isTTY === true;
    },
    get columns() {
      return process.stdout.columns ?? 80;
    },
    write: (text) => void process.stdout.write(text),
  },

  onInterrupt(handler) {
    process.on('SIGINT', handler);
    return () => void process.off('SIGINT', handler);
  },
};
