/** The time that recorded work takes on the device. */
import type { Gpu } from '../gpu/gpu';
import { Profiler } from '../gpu/profiler';
import type { Measurer } from './tuner';

const ROUNDS = 7;
/** Enough is seen of forms that take so long together. */
const SLOW_MS = 500;
const SLOW_ROUNDS = 3;

/** The least time of each form, over rounds in which they take turns: what else the machine does hits all alike. */
export function measurerOn(gpu: Gpu): Measurer {
  return async (forms) => {
    const least = forms.map(() => Infinity);
    // The first run makes the machine code.
    for (const form of forms) await timeOf(gpu, form);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, form] of forms.entries()) least[i] = Math.min(least[i], await timeOf(gpu, form));
      if (round + 1 >= SLOW_ROUNDS && least.reduce((sum, ms) => sum + ms, 0) > SLOW_MS) break;
    }
    return least;
  };
}

/** Runs what `form` records by itself, and sums the times of its dispatches. */
async function timeOf({ device, recorder }: Gpu, form: () => void): Promise<number> {
  recorder.flush();
  const clock = device.features.has('timestamp-query') ? 'timestamp' : 'wall';
  const profiler = new Profiler(device, { steps: 0, warmUp: 0, clock });
  const other = recorder.profiler;
  recorder.profiler = profiler;
  try {
    recorder.immediately(form);
  } finally {
    recorder.profiler = other;
  }
  await profiler.finish();
  return profiler.dispatches.reduce((sum, { start, end }) => sum + end - start, 0);
}
