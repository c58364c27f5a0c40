/** Bind groups, cached by pipeline layout and what is bound. */
import type { Pipeline } from './pipelines';
import type { Region } from './storage';

/**
 * Past this many the cache starts afresh: eager code with ever new buffers. A software driver maps a page for each
 * group until it is collected, and a process may have about 65,000 mappings.
 */
const MAX_GROUPS = 4_000;

export class BindGroupCache {
  /** Bind groups made so far: constant once training runs. */
  created = 0;
  private groups = new Map<string, GPUBindGroup>();
  private ids = new WeakMap<object, number>();
  private nextId = 0;

  constructor(private readonly device: GPUDevice) {}

  get(pipeline: Pipeline, regions: readonly Region[], label: string): GPUBindGroup {
    let key = `${this.idOf(pipeline.layout)}`;
    for (const r of regions) key += `|${this.idOf(r.buffer)}:${r.offset}:${r.size}`;
    let group = this.groups.get(key);
    if (!group) {
      if (this.groups.size >= MAX_GROUPS) this.clear();
      group = this.device.createBindGroup({
        label,
        layout: pipeline.layout,
        entries: regions.map(({ buffer, offset, size }, binding) => ({ binding, resource: { buffer, offset, size } })),
      });
      this.created++;
      this.groups.set(key, group);
    }
    return group;
  }

  clear(): void {
    this.groups.clear();
  }

  private idOf(object: object): number {
    let id = this.ids.get(object);
    if (id === undefined) this.ids.set(object, (id = this.nextId++));
    return id;
  }
}
