/** The device's own clock: times at both ends of compute passes, where the adapter has `timestamp-query`. */
import { host } from '#platform';

/** Timestamps in one query set: WebGPU's most. */
const CAPACITY = 4096;

export class Timestamps {
  private used = 0;
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

  private constructor(device: GPUDevice) {
    const size = 8 * CAPACITY;
    this.querySet = device.createQuerySet({ type: 'timestamp', count: CAPACITY });
    this.resolved = device.createBuffer({ label: 'timestamps', size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.readable = device.createBuffer({ label: 'timestamps', size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  }

  /** `null` where the adapter has none. */
  static on(device: GPUDevice): Timestamps | null {
    return device.features.has('timestamp-query') ? new Timestamps(device) : null;
  }

  /** Where the next pass writes its two times, for its descriptor; `undefined` when there is no room left. */
  nextPass(): GPUComputePassTimestampWrites | undefined {
    if (this.used === CAPACITY) return undefined;
    const first = this.used;
    this.used += 2;
    return { querySet: this.querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** Makes the times readable; the last command before the submit. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.querySet, 0, this.used, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, 8 * this.used);
  }

  /** Begin and end of each pass in milliseconds, once the submit is done; then all room is free again. */
  async read(): Promise<[begin: number, end: number][]> {
    await host.idle(this.readable.mapAsync(GPUMapMode.READ, 0, 8 * this.used));
    const stamps = new BigUint64Array(this.readable.getMappedRange(0, 8 * this.used).slice(0));
    this.readable.unmap();
    const passes = Array.from({ length: this.used / 2 }, (_, i): [number, number] => [ms(stamps[2 * i]), ms(stamps[2 * i + 1])]);
    this.used = 0;
    return passes;
  }

  destroy(): void {
    this.querySet.destroy();
    this.resolved.destroy();
    this.readable.destroy();
  }
}

/** Nanoseconds from a start of the device's choosing; in whole µs they fit a double for 285 years. */
function ms(stamp: bigint): number {
  return Number(stamp / 1000n) / 1e3 + Number(stamp % 1000n) / 1e6;
}
