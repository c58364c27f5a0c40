/**
 * Memory for the temporaries of captured steps. The device runs one after the other, so all of them share the same regions,
 * and what is needed is little more than the largest one needs by itself.
 */
import type { BufferPool } from './buffers';
import type { Region, Storage } from './storage';

/** A storage that is needed from one command of a capture to another. */
export interface Temporary {
  readonly storage: Storage;
  readonly first: number;
  readonly last: number;
}

export interface Tenant {
  readonly temporaries: readonly Temporary[];
  /** Called when the temporaries lie elsewhere. */
  moved(): void;
}

export class CaptureHeap {
  private readonly tenants = new Map<Tenant, ReadonlySet<Region>>();
  /** By size, the smallest first. */
  private regions: Region[] = [];

  constructor(private readonly pool: BufferPool) {}

  get bytes(): number {
    return this.regions.reduce((sum, { size }) => sum + size, 0);
  }

  /** Places the temporaries of one more capture. Where that takes more memory, all of them are placed anew. */
  add(tenant: Tenant): void {
    const { length } = this.regions;
    this.place(tenant);
    if (this.regions.length === length || this.tenants.size === 1) return;
    for (const region of this.regions.splice(0)) this.pool.release(region);
    const need = ({ temporaries }: Tenant): number => temporaries.reduce((sum, { storage }) => sum + storage.bytes, 0);
    for (const one of [...this.tenants.keys()].sort((a, b) => need(b) - need(a))) this.place(one);
    for (const one of this.tenants.keys()) if (one !== tenant) one.moved();
  }

  /** Gives back what only this capture needed. */
  remove(tenant: Tenant): void {
    if (!this.tenants.delete(tenant)) return;
    const used = new Set([...this.tenants.values()].flatMap((regions) => [...regions]));
    for (const region of this.regions) if (!used.has(region)) this.pool.release(region);
    this.regions = this.regions.filter((region) => used.has(region));
  }

  /** The largest first, each in the smallest region that is large enough and free all the while. */
  private place(tenant: Tenant): void {
    const taken = new Map<Region, Temporary[]>();
    for (const temporary of [...tenant.temporaries].sort((a, b) => b.storage.bytes - a.storage.bytes || a.first - b.first)) {
      const { storage, first, last } = temporary;
      const free = (region: Region): boolean => !taken.get(region)?.some((other) => other.first <= last && first <= other.last);
      const region = this.regions.find((one) => one.size >= storage.bytes && free(one)) ?? this.grow(storage.bytes);
      taken.set(region, [...(taken.get(region) ?? []), temporary]);
      storage.region = region;
    }
    this.tenants.set(tenant, new Set(taken.keys()));
  }

  private grow(bytes: number): Region {
    const region = this.pool.allocate(bytes);
    const at = this.regions.findIndex(({ size }) => size >= region.size);
    this.regions.splice(at < 0 ? this.regions.length : at, 0, region);
    return region;
  }
}
