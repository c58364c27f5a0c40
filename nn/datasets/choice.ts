/** Real data or the synthetic stand-in. */
import { host } from '#platform';
import { unknownName } from '../../engine/errors';
import { type FindOptions, MissingDataError } from './source';

export type DataKind = 'real' | 'synthetic';
export type DataChoice = 'auto' | DataKind;

/** What every set's `loadData` takes. */
export interface LoadOptions extends FindOptions {
  /** `auto` (default): the real data, or the synthetic where it can't be had; `real` fails instead. */
  data?: DataChoice;
}

const told = new Set<string>();

/**
 * What `choice` asks for. `auto` takes the synthetic data where the real is *missing*, and says so (once per set);
 * real files that are damaged stay an error.
 */
export async function chooseData<T extends object>(
  set: string,
  choice: DataChoice = 'auto',
  load: { real: () => Promise<T & { source: string }>; synthetic: () => T },
): Promise<T & { kind: DataKind; source: string }> {
  if (!['auto', 'real', 'synthetic'].includes(choice)) throw unknownName('kind of data', String(choice), ['auto', 'real', 'synthetic']);
  if (choice !== 'synthetic') {
    try {
      return { ...(await load.real()), kind: 'real' };
    } catch (error) {
      if (choice === 'real' || !(error instanceof MissingDataError)) throw error;
      if (!told.has(set)) host.terminal.write(`SYNTHETIC data in place of ${error.message}\n`);
      told.add(set);
    }
  }
  return { ...load.synthetic(), kind: 'synthetic', source: 'generated (SYNTHETIC)' };
}
