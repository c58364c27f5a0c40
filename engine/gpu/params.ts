/**
 * Uniform parameters of dispatches. They are interned: equal bytes share one slot that is written once
 * and never again, so nothing is uploaded for a shape that was seen before, and a recorded dispatch
 * cannot see later bytes.
 */
import { roundUp } from './grid';
import type { Region } from './storage';

const PAGE_BYTES = 1 << 16;
/** Past this many pages (a program with ever new shapes) the table starts afresh at the next submit. */
const MAX_PAGES = 64;

export class ParamsTable {
  private slots = new Map<string, Region>();
  private pages: GPUBuffer[] = [];
  private used = PAGE_BYTES;

  constructor(private readonly device: GPUDevice) {}

  intern(bytes: Uint8Array): Region {
    const key = String.fromCharCode(...bytes);
    let slot = this.slots.get(key);
    if (!slot) {
      slot = this.place(bytes);
      this.slots.set(key, slot);
    }
    return slot;
  }

  /** Between submits; true if old slots were given up and cached bind groups on them are stale. */
  trim(): boolean {
    if (this.pages.length <= MAX_PAGES) return false;
    // Captures keep their bind groups, which keep the buffers: the pages are dropped, not destroyed.
    this.pages = [];
    this.slots = new Map();
    this.used = PAGE_BYTES;
    return true;
  }

  private place(bytes: Uint8Array): Region {
    const size = roundUp(bytes.byteLength, 16);
    const offset = roundUp(this.used, this.device.limits.minUniformBufferOffsetAlignment);
    if (offset + size > PAGE_BYTES) {
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      this.pages.push(this.device.createBuffer({ label: 'params', size: PAGE_BYTES, usage }));
      this.used = 0;
      return this.place(bytes);
    }
    const buffer = this.pages[this.pages.length - 1];
    this.device.queue.writeBuffer(buffer, offset, bytes as Uint8Array<ArrayBuffer>);
    this.used = offset + size;
    return { buffer, offset, size };
  }
}
