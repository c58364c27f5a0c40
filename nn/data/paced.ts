import { isOpen } from '../../engine/gpu/gpu';
import { Pacer } from '../training/pacer';

/**
 * `source`, with a wait for the device between elements when too much work is queued up for it: ops never wait, and a
 * loop over a data set would otherwise record them far faster than they run.
 */
export async function* paced<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const pacer = new Pacer();
  for await (const element of source) {
    yield element;
    if (isOpen()) await pacer.step();
  }
}
