/**
 * The device's own time: timestamps at both ends of every compute pass, whoever opens it. It wraps
 * `beginComputePass`, so nothing in the engine knows of it.
 */
import { Timestamps } from '../../engine/gpu/timestamps';

type Begin = (this: GPUCommandEncoder, descriptor?: GPUComputePassDescriptor) => GPUComputePassEncoder;

export class PassClock {
  private constructor(private readonly device: GPUDevice, private readonly timestamps: Timestamps) {}

  /** `null` where the adapter has no timestamps. */
  static on(device: GPUDevice): PassClock | null {
    const timestamps = Timestamps.on(device);
    return timestamps && new PassClock(device, timestamps);
  }

  /** Milliseconds that the device spent in the compute passes that `work` submits, overlaps counted once. `null` if there were too many passes. */
  async time(work: () => Promise<void>): Promise<number | null> {
    const { prototype } = GPUCommandEncoder;
    const begin = prototype.beginComputePass as Begin;
    const { timestamps } = this;
    let [passes, missed] = [0, 0];
    prototype.beginComputePass = function (this: GPUCommandEncoder, descriptor?: GPUComputePassDescriptor) {
      const timestampWrites = timestamps.nextPass();
      if (timestampWrites) passes++;
      else missed++;
      return begin.call(this, { ...descriptor, timestampWrites });
    };
    try {
      await work();
    } finally {
      prototype.beginComputePass = begin;
    }
    if (passes === 0) return null;
    const encoder = this.device.createCommandEncoder();
    timestamps.resolve(encoder);
    this.device.queue.submit([encoder.finish()]);
    const times = await timestamps.read();
    return missed > 0 ? null : covered(times);
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
