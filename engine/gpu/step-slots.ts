/**
 * What changes from step to step (learning rate, step number, random keys, true lengths) is device data:
 * words in a step slot of 256 bytes. A submit that carries several steps carries several slots; all go
 * up in one write just before it, and the queue orders that write after the previous submit.
 */
export interface StepScalar {
  readonly dtype: 'u32' | 'f32';
  /** The value for the coming step; called once per step. */
  next(): number;
}

/** The coming values as constants, for eager code in which several dispatches belong to one step. */
export function frozen(scalars: readonly StepScalar[]): StepScalar[] {
  return scalars.map((scalar) => {
    const value = scalar.next();
    return { dtype: scalar.dtype, next: () => value };
  });
}

export const SLOT_BYTES = 256;
export const SLOT_WORDS = SLOT_BYTES / 4;
export const SLOT_COUNT = 128;

export class StepSlots {
  readonly layout: GPUBindGroupLayout;
  readonly group: GPUBindGroup;
  /** Slots filled since the last submit. */
  used = 0;
  private readonly buffer: GPUBuffer;
  private readonly words = new DataView(new ArrayBuffer(SLOT_BYTES * SLOT_COUNT));

  constructor(private readonly device: GPUDevice) {
    this.buffer = device.createBuffer({
      label: 'step slots',
      size: SLOT_BYTES * SLOT_COUNT,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.layout = device.createBindGroupLayout({
      label: 'step slot',
      entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
    this.group = this.groupOn(this.buffer);
  }

  /** For slots in a uniform buffer. */
  groupOn(buffer: GPUBuffer): GPUBindGroup {
    return this.device.createBindGroup({ label: 'step slot', layout: this.layout, entries: [{ binding: 0, resource: { buffer, size: SLOT_BYTES } }] });
  }

  get full(): boolean {
    return this.used === SLOT_COUNT;
  }

  /** Fills the next slot with the coming value of each scalar and returns its index. */
  fill(scalars: readonly StepScalar[]): number {
    const slot = this.used++;
    scalars.forEach((scalar, word) => {
      const at = slot * SLOT_BYTES + word * 4;
      if (scalar.dtype === 'f32') this.words.setFloat32(at, scalar.next(), true);
      else this.words.setUint32(at, scalar.next(), true);
    });
    return slot;
  }

  /** Writes the filled slots; the next `fill` starts over. */
  upload(): void {
    if (this.used > 0) this.device.queue.writeBuffer(this.buffer, 0, this.words.buffer as ArrayBuffer, 0, this.used * SLOT_BYTES);
    this.used = 0;
  }
}
