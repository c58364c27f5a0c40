/**
 * The floor of the host's cost: the very WebGPU calls of a training step, listed once and made again with nothing around
 * them. Listed by wrapping WebGPU's prototypes, so it is also an independent count.
 */
type AnyFunction = (...args: unknown[]) => unknown;

/** A call on the command encoder, the pass or the queue. */
interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

const WATCHED: readonly (readonly [() => object, readonly string[]])[] = [
  [() => GPUCommandEncoder.prototype, ['beginComputePass', 'copyBufferToBuffer']],
  [() => GPUComputePassEncoder.prototype, ['setPipeline', 'setBindGroup', 'dispatchWorkgroups', 'dispatchWorkgroupsIndirect', 'end']],
  [() => GPUQueue.prototype, ['submit', 'writeBuffer']],
];

export class RawReplay {
  private constructor(private readonly device: GPUDevice, private readonly calls: readonly Call[]) {}

  /** Lists the calls that `work` makes. */
  static of(device: GPUDevice, work: () => void): RawReplay {
    const calls: Call[] = [];
    const restore: (() => void)[] = [];
    for (const [owner, names] of WATCHED) {
      const prototype = owner() as Record<string, AnyFunction>;
      for (const name of names) {
        const original = prototype[name];
        restore.push(() => (prototype[name] = original));
        prototype[name] = function (this: unknown, ...args: unknown[]) {
          calls.push({ name, args: name === 'writeBuffer' ? copied(args) : args });
          return original.apply(this, args);
        };
      }
    }
    try {
      work();
    } finally {
      for (const undo of restore) undo();
    }
    return new RawReplay(device, calls);
  }

  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /** Bytes that go up. */
  get written(): number {
    return this.calls.reduce((sum, { name, args }) => sum + (name === 'writeBuffer' ? (args[2] as ArrayBufferView).byteLength : 0), 0);
  }

  /** Makes the calls again; without the uploads, if only the commands are wanted. */
  run({ uploads }: { uploads: boolean }): void {
    const { queue } = this.device;
    let encoder = this.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    for (const { name, args } of this.calls) {
      switch (name) {
        case 'dispatchWorkgroups':
          pass!.dispatchWorkgroups(args[0] as number, args[1] as number, args[2] as number);
          break;
        case 'dispatchWorkgroupsIndirect':
          pass!.dispatchWorkgroupsIndirect(args[0] as GPUBuffer, args[1] as number);
          break;
        case 'setBindGroup':
          if (args.length > 2) pass!.setBindGroup(args[0] as number, args[1] as GPUBindGroup, args[2] as number[]);
          else pass!.setBindGroup(args[0] as number, args[1] as GPUBindGroup);
          break;
        case 'setPipeline':
          pass!.setPipeline(args[0] as GPUComputePipeline);
          break;
        case 'beginComputePass':
          pass = encoder.beginComputePass();
          break;
        case 'end':
          pass!.end();
          break;
        case 'copyBufferToBuffer':
          (encoder.copyBufferToBuffer as AnyFunction)(...args);
          break;
        case 'submit':
          queue.submit([encoder.finish()]);
          encoder = this.device.createCommandEncoder();
          break;
        case 'writeBuffer':
          if (uploads) (queue.writeBuffer as AnyFunction).apply(queue, args as unknown[]);
      }
    }
  }
}

/** What an upload sends, by itself: the engine writes its staging memory anew for every step. */
function copied([buffer, offset, data, start = 0, size]: readonly unknown[]): unknown[] {
  const view = data as ArrayBuffer | (ArrayBufferView & { BYTES_PER_ELEMENT?: number });
  const unit = ArrayBuffer.isView(view) ? view.BYTES_PER_ELEMENT ?? 1 : 1;
  const [memory, base, length] = ArrayBuffer.isView(view) ? [view.buffer, view.byteOffset, view.byteLength] : [view, 0, view.byteLength];
  const from = base + (start as number) * unit;
  const bytes = size === undefined ? length - (start as number) * unit : (size as number) * unit;
  return [buffer, offset, new Uint8Array(memory as ArrayBuffer, from, bytes).slice()];
}
