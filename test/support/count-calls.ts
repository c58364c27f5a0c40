/** Counts what WebGPU is asked for, by wrapping its prototypes: independent of the engine's own counters. */
const watched = {
  createBuffer: () => GPUDevice.prototype,
  createBindGroup: () => GPUDevice.prototype,
  createComputePipeline: () => GPUDevice.prototype,
  createShaderModule: () => GPUDevice.prototype,
  mapAsync: () => GPUBuffer.prototype,
  submit: () => GPUQueue.prototype,
  writeBuffer: () => GPUQueue.prototype,
  beginComputePass: () => GPUCommandEncoder.prototype,
  dispatchWorkgroups: () => GPUComputePassEncoder.prototype,
} satisfies Record<string, () => object>;

export type Calls = Record<keyof typeof watched, number>;

/** Starts counting; `stop` restores the prototypes and returns the counts. */
export function countCalls(): { stop(): Calls } {
  const names = Object.keys(watched) as (keyof typeof watched)[];
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Calls;
  const originals = names.map((name) => {
    const prototype = watched[name]() as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = prototype[name];
    prototype[name] = function (...args) {
      counts[name]++;
      return original.apply(this, args);
    };
    return () => (prototype[name] = original);
  });
  return {
    stop() {
      for (const restore of originals) restore();
      return counts;
    },
  };
}
