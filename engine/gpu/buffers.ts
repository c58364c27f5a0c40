/** A pool of storage buffers by size class: a released buffer serves the next allocation of its class. */
import { OutOfMemoryError } from '../errors';
import type { Region } from './storage';

const MIN_BYTES = 256;
/** Size classes per power of two: at most an eighth of a buffer is waste. */
const STEPS = 8;
/** Free buffers beyond this many bytes are destroyed, the largest first. */
const KEEP_FREE_BYTES = 256 << 20;

/** The size class that holds `bytes`. */
export function sizeClass(bytes: number): number {
  if (bytes <= MIN_BYTES) return MIN_BYTES;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - Math.log2(STEPS));
  return Math.ceil(bytes / Math.max(step, MIN_BYTES)) * Math.max(step, MIN_BYTES);
}

/** Throws if no buffer can be that large. */
export function checkBufferSize({ limits }: GPUDevice, bytes: number): void {
  if (bytes <= limits.maxBufferSize) return;
  throw new OutOfMemoryError(`${bytes} bytes were asked for in one buffer; this adapter's largest holds ${limits.maxBufferSize}. Work on smaller tensors.`);
}

export interface MemoryUse {
  /** Bytes in use by tensors, weights and captures. */
  live: number;
  /** Bytes kept for reuse. */
  free: number;
  /** The most that was ever live at once. */
  peak: number;
  /** Buffers made since the start: constant once training runs. */
  created: number;
}

export class BufferPool {
  readonly use: MemoryUse = { live: 0, free: 0, peak: 0, created: 0 };
  private readonly free = new Map<number, GPUBuffer[]>();
  /** Called with a buffer that is about to be destroyed. */
  onDestroy: (buffer: GPUBuffer) => void = () => {};

  constructor(private readonly device: GPUDevice) {}

  allocate(bytes: number): Region {
    const size = sizeClass(bytes);
    checkBufferSize(this.device, size);
    const reused = this.free.get(size)?.pop();
    this.use.live += size;
    this.use.peak = Math.max(this.use.peak, this.use.live);
    if (reused) {
      this.use.free -= size;
      return { buffer: reused, offset: 0, size };
    }
    this.use.created++;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | GPUBufferUsage.INDIRECT;
    return { buffer: this.device.createBuffer({ size, usage }), offset: 0, size };
  }

  /** Later dispatches may write the region at once; the host only after the recorded ones are submitted. */
  release(region: Region): void {
    this.use.live -= region.size;
    this.use.free += region.size;
    const list = this.free.get(region.size);
    if (list) list.push(region.buffer);
    else this.free.set(region.size, [region.buffer]);
  }

  /** Destroys free buffers until at most `keep` bytes of them remain. Only between submits. */
  trim(keep = KEEP_FREE_BYTES): void {
    if (this.use.free <= keep) return;
    for (const size of [...this.free.keys()].sort((a, b) => b - a)) {
      const list = this.free.get(size)!;
      while (list.length > 0 && this.use.free > keep) {
        const buffer = list.pop()!;
        this.use.free -= size;
        this.onDestroy(buffer);
        buffer.destroy();
      }
    }
  }
}
