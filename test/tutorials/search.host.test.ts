/** Random search and Hyperband on trials whose score is known. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { brackets, hyperband, randomSearch, type Trial } from '../../tutorials/hyperparameter-search/search';

/** Gets `quality` times its epochs, and notes every call. */
class Fake implements Trial {
  epochs = 0;
  readonly calls: number[] = [];

  constructor(readonly quality: number) {}

  get score(): number {
    return this.epochs === 0 ? -Infinity : this.quality * this.epochs;
  }

  async trainTo(epochs: number): Promise<void> {
    this.calls.push(epochs);
    this.epochs = epochs;
  }
}

/** Makes trials of these qualities in turn. */
function maker(qualities: number[]): () => Fake {
  let next = 0;
  return () => new Fake(qualities[next++]);
}

test('the brackets for R = 81, factor 3', () => {
  assert.equal(brackets(81, 3).map((bracket) => bracket.map(({ trials, epochs }) => [trials, epochs])), [
    [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]],
    [[34, 3], [11, 9], [3, 27], [1, 81]],
    [[15, 9], [5, 27], [1, 81]],
    [[8, 27], [2, 81]],
    [[5, 81]],
  ]);
});

test('where the factor does not divide, epochs are rounded and there is always one', () => {
  assert.equal(brackets(10, 3).map((bracket) => bracket.map(({ trials, epochs }) => [trials, epochs])), [
    [[9, 1], [3, 3], [1, 10]], [[5, 3], [1, 10]], [[3, 10]],
  ]);
  assert.equal(brackets(1, 3), [[{ trials: 1, epochs: 1 }]]);
});

test('only the best go on, from where they stopped', async () => {
  const qualities = [5, 1, 9, 2, 8, 3, 7, 4, 6, /* bracket 1 */ 1, 2, 3, 4, 5, /* bracket 2 */ 10, 1, 2];
  const made: Fake[] = [];
  const make = maker(qualities);
  const all = await hyperband(() => (made.push(make()), made.at(-1)!), 10, 3);
  assert.equal(made.map(({ calls }) => calls), [
    [1], [1], [1, 3, 10], [1], [1, 3], [1], [1, 3], [1], [1], [3], [3], [3], [3], [3, 10], [10], [10], [10],
  ]);
  assert.equal(all.map(({ score }) => score), all.map(({ score }) => score).sort((a, b) => b - a));
  assert.is(all[0].quality, 10);
});

test('random search trains each in full', async () => {
  const all = await randomSearch(maker([2, 7, 1]), 3, 4);
  assert.equal(all.map(({ quality, calls }) => [quality, calls]), [[7, [4]], [2, [4]], [1, [4]]]);
});

test.run();
