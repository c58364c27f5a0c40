/**
 * Poisoned memory around everything that kernels touch. Every storage gets fresh memory filled with a NaN pattern, with a band of
 * it behind its end, and bindings reach into that band: a read past the end yields NaN instead of being clamped to the last
 * element, and a write past the end is found afterwards.
 */
import type { Gpu } from '../../engine/gpu/gpu';
import { roundUp } from '../../engine/gpu/grid';
import { type Bindable, type Region, Storage } from '../../engine/gpu/storage';

const BAND_BYTES = 512;
/** A signalling NaN, as two f16 two NaNs: arithmetic on it gives another pattern, so that a result written over it is seen. */
const POISON = 0xff80fdad;

interface Guarded {
  readonly region: Region;
  /** Where the band starts in the buffer. */
  readonly end: number;
  released: boolean;
}

export class Guards {
  private guarded: Guarded[] = [];

  constructor(private readonly gpu: Gpu) {
    const { pool, recorder, device } = gpu;
    pool.allocate = (bytes) => {
      const end = roundUp(bytes, 16);
      const size = end + BAND_BYTES;
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | GPUBufferUsage.INDIRECT;
      const buffer = device.createBuffer({ size, usage });
      device.queue.writeBuffer(buffer, 0, new Uint32Array(size / 4).fill(POISON));
      const region = { buffer, offset: 0, size };
      this.guarded.push({ region, end, released: false });
      return region;
    };
    pool.release = (region) => {
      const entry = this.guarded.find((g) => g.region === region);
      if (entry) entry.released = true;
    };
    const dispatch = recorder.dispatch.bind(recorder);
    const widen = ({ storage, byteOffset, byteLength }: Bindable): Bindable => ({
      storage,
      byteOffset,
      byteLength: roundUp(byteLength, 16) + BAND_BYTES,
    });
    recorder.dispatch = (command) => {
      const most = Math.max(...command.operands.map(({ byteLength }) => byteLength));
      if (most > gpu.maxBindingBytes) throw new Error(`${command.label} binds ${most} bytes; at most ${gpu.maxBindingBytes} fit.`);
      // What this adapter allows may be less strict than what every adapter does.
      const odd = command.operands.find(({ byteOffset }) => byteOffset % 256 !== 0);
      if (odd) throw new Error(`${command.label} binds from byte ${odd.byteOffset} on; bindings start on lines of 256.`);
      dispatch({ ...command, operands: command.operands.map(widen) });
    };
  }

  /** Throws if a band was written to; then lets go of what is no longer in use. */
  async check(): Promise<void> {
    const parts = this.guarded.map(({ region, end }) => {
      const storage = new Storage(region.size);
      storage.region = region;
      storage.refs = 1;
      return { storage, byteOffset: end, byteLength: BAND_BYTES };
    });
    const bands = await this.gpu.readback.read(parts);
    bands.forEach((band, i) => {
      const hit = new Uint32Array(band).findIndex((word) => word !== POISON);
      if (hit >= 0) throw new Error(`A kernel wrote past the end: word ${hit} behind a storage of ${this.guarded[i].end} bytes.`);
    });
    this.gpu.bindings.clear();
    for (const { region, released } of this.guarded) if (released) region.buffer.destroy();
    this.guarded = this.guarded.filter(({ released }) => !released);
  }
}
