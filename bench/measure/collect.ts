/** Gives back what earlier benchmarks left: device memory of lost models is freed when they are collected. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Gpu } from '../../engine/gpu/gpu';

export async function collectGarbage(gpu: Gpu): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What one round finalizes may have held what the next one finds.
  for (let round = 0; round < 3; round++) {
    collect();
    await setTimeout(10);
  }
  await gpu.throttle();
}
