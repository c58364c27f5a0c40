/**
 * The device's own time: timestamps at both ends of every compute pass, whoever opens it. It wraps
 * `beginComputePass`, so nothing in the engine knows of it.
 */
type Begin = (this: GPUCommandEncoder, descriptor?: GPUComputePassDescriptor) => GPUComputePassEncoder;

/** Timestamps in one query set: WebGPU's largest. */
const CAPACITY = 4096;

export class PassClock {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

  private constructor(private readonly device: GPUDevice) {
    const size = 8 * CAPACITY;
    this.queries = device.createQuerySet({ type: 'timestamp', count: CAPACITY });
    this.resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.readable = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  }

  /** `null` where the adapter has no timestamps. */
  static on(device: GPUDevice): PassClock | null {
    return device.features.has('timestamp-query') ? new PassClock(device) : null;
  }

  /**
   * Milliseconds that the device spent in the compute passes that `work` submits, overlaps counted once. Timestamps may be
   * rounded (to 65 µs in Dawn), so the work should last many times that. `null` if there were too many passes.
   */
  async time(work: () => Promise<void>): Promise<number | null> {
    const { prototype } = GPUCommandEncoder;
    const begin = prototype.beginComputePass as Begin;
    const { queries: querySet } = this;
    let used = 0;
    prototype.beginComputePass = function (this: GPUCommandEncoder, descriptor?: GPUComputePassDescriptor) {
      const first = used;
      used += 2;
      if (used > CAPACITY) return begin.call(this, descriptor);
      return begin.call(this, { ...descriptor, timestampWrites: { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 } });
    };
    try {
      await work();
    } finally {
      prototype.beginComputePass = begin;
    }
    return used === 0 || used > CAPACITY ? null : covered(await this.read(used)) / 1e6;
  }

  private async read(count: number): Promise<[number, number][]> {
    const encoder = this.device.createCommandEncoder();
    encoder.resolveQuerySet(this.queries, 0, count, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, 8 * count);
    this.device.queue.submit([encoder.finish()]);
    await this.readable.mapAsync(GPUMapMode.READ, 0, 8 * count);
    const stamps = new BigUint64Array(this.readable.getMappedRange(0, 8 * count).slice(0));
    this.readable.unmap();
    const from = stamps.reduce((least, stamp) => (stamp < least ? stamp : least), stamps[0]);
    return Array.from({ length: count / 2 }, (_, i) => [Number(stamps[2 * i] - from), Number(stamps[2 * i + 1] - from)]);
  }
}

/** The length of the union of intervals. */
export function covered(intervals: readonly (readonly [number, number])[]): number {
  let total = 0;
  let reached = -Infinity;
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    if (end <= reached) continue;
    total += end - Math.max(start, reached);
    reached = end;
  }
  return total;
}
