/** What programs print about the device. */
import type { DeviceInfo } from './gpu/device';
import { gpu, init as open, type InitOptions, isOpen } from './gpu/gpu';
import { sha256 } from './hash';
import type { TuningTable } from './tune/tuner';
import type { MemoryUse } from './gpu/buffers';

/** Opens the device: once, before the first op. `fit`, `evaluate`, `predict` and reads do it by themselves. */
export async function init(options?: InitOptions): Promise<DeviceInfo> {
  return (await open(options)).info;
}

/** Adapter, vendor, driver, and whether it is software. */
export async function deviceInfo(): Promise<DeviceInfo> {
  return init();
}

/** Whether tensors live on a real GPU. */
export async function isGpuAvailable(): Promise<boolean> {
  return !(await init()).software;
}

/** Device memory: bytes live, kept for reuse, and at the peak. */
export function memory(): Readonly<MemoryUse> {
  return { ...gpu().pool.use };
}

/** The variants of kernels that were chosen by measurement, for `init({ tune })` elsewhere; `null` where a cost model chooses. */
export function tuningTable(): TuningTable | null {
  return isOpen() ? (gpu().tuner?.table ?? null) : null;
}

/** SHA-256 of the tuning table, in hexadecimal; `null` without one. */
export async function tuningHash(): Promise<string | null> {
  const table = tuningTable();
  return table && sha256(JSON.stringify(table));
}
