/** Choices kept between runs: one file per adapter and driver in the user's cache, void for kernels whose source has changed. */
import { host } from '#platform';
import type { DeviceInfo } from '../gpu/device';
import { sha256 } from '../hash';
import { sourceHashes } from './tunable';
import type { TuningTable } from './tuner';

interface CacheFile {
  readonly adapter: string;
  readonly driver: string;
  readonly kernels: Readonly<Record<string, { readonly source: string; readonly choices: Readonly<Record<string, string>> }>>;
}

export interface TuningCache {
  /** What the file holds for the kernels as they are now; nothing where there is no file. */
  readonly table: TuningTable;
  save(table: TuningTable): Promise<void>;
}

/** `null` where there are no files. A damaged file counts as none, and one that cannot be written is told of, not thrown. */
export async function openTuningCache({ adapter, vendor, architecture, driver }: DeviceInfo): Promise<TuningCache | null> {
  const { files } = host;
  if (!files) return null;
  const key = (await sha256([adapter, vendor, architecture, driver].join('\n'))).slice(0, 16);
  const path = files.join(files.cacheDir(), 'tuning', `${key}.json`);
  const sources = await sourceHashes();
  const { kernels } = await read(path, { adapter, driver, kernels: {} });
  const valid = Object.entries(kernels).filter(([name, { source }]) => source === sources[name]);
  return {
    table: Object.fromEntries(valid.map(([name, { choices }]) => [name, choices])),
    async save(table) {
      // What this program has not loaded stays.
      const own = Object.entries(table).filter(([name]) => name in sources).map(([name, choices]) => [name, { source: sources[name], choices }]);
      const file: CacheFile = { adapter, driver, kernels: { ...kernels, ...Object.fromEntries(own) } };
      try {
        await files.writeAtomic(path, `${JSON.stringify(file, null, 2)}\n`);
      } catch (error) {
        host.terminal.write(`Tuning results are not kept: ${reason(error)}\n`);
      }
    },
  };
}

async function read(path: string, none: CacheFile): Promise<CacheFile> {
  if (!(await host.files!.exists(path))) return none;
  try {
    const file: unknown = JSON.parse(new TextDecoder().decode(await host.files!.read(path)));
    if (isCacheFile(file)) return file;
    throw new Error('not what a tuning cache holds');
  } catch (error) {
    host.terminal.write(`The tuning cache ${path} is damaged and starts anew: ${reason(error)}\n`);
    return none;
  }
}

function isCacheFile(file: unknown): file is CacheFile {
  return (
    isRecord(file) && typeof file.adapter === 'string' && typeof file.driver === 'string' && isRecord(file.kernels) &&
    Object.values(file.kernels).every(
      (kernel) => isRecord(kernel) && typeof kernel.source === 'string' && isRecord(kernel.choices) && Object.values(kernel.choices).every((name) => typeof name === 'string'),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
