/** Device → host: several parts of several storages in one copy and one map. */
import { host } from '#platform';
import { checkBufferSize } from './buffers';
import { roundUp } from './grid';
import type { Recorder } from './recorder';
import { type Bindable, Storage } from './storage';

export class Readback {
  /** Maps made so far; none belongs inside a training step. */
  reads = 0;
  private free: GPUBuffer[] = [];

  constructor(
    private readonly device: GPUDevice,
    private readonly recorder: Recorder,
    /** Throws the first device error. */
    private readonly settle: () => Promise<void>,
  ) {}

  /** The bytes of each part once all that was recorded before has run. */
  read(parts: readonly Bindable[]): Promise<ArrayBuffer[]> {
    return this.snapshot(parts)();
  }

  /** Records a copy of the parts as they are now; the function waits for its bytes, and is called once. */
  snapshot(parts: readonly Bindable[]): () => Promise<ArrayBuffer[]> {
    const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (total === 0) return async () => parts.map(() => new ArrayBuffer(0));
    const staging = this.take(total);
    const target = new Storage(staging.size);
    target.region = { buffer: staging, offset: 0, size: staging.size };
    target.refs = 1;
    let offset = 0;
    for (const part of parts) {
      this.recorder.copy(part, { storage: target, byteOffset: offset, byteLength: part.byteLength });
      offset += part.byteLength;
    }
    return async () => {
      const bytes = await this.map(staging, total);
      let start = 0;
      return parts.map(({ byteLength }) => bytes.slice(start, (start += byteLength)));
    };
  }

  private async map(staging: GPUBuffer, total: number): Promise<ArrayBuffer> {
    this.recorder.flush();
    this.reads++;
    const start = this.recorder.profiler?.now();
    try {
      await host.idle(staging.mapAsync(GPUMapMode.READ, 0, roundUp(total, 8)));
    } finally {
      // A map that fails does so because of an error that says more.
      await this.settle();
    }
    this.recorder.profiler?.span('wait for a read', start);
    const bytes = staging.getMappedRange(0, roundUp(total, 8)).slice(0);
    staging.unmap();
    this.free.push(staging);
    return bytes;
  }

  private take(bytes: number): GPUBuffer {
    checkBufferSize(this.device, bytes);
    const fits = this.free.findIndex(({ size }) => size >= bytes && size <= Math.max(4 * bytes, 1 << 16));
    if (fits >= 0) return this.free.splice(fits, 1)[0];
    // A few sizes in the ring are enough: a larger need replaces what is there.
    while (this.free.length >= 4) this.free.shift()!.destroy();
    return this.device.createBuffer({
      label: 'readback',
      size: Math.max(256, 2 ** Math.ceil(Math.log2(bytes))),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }
}
