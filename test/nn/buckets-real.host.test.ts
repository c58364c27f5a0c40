/** The real reviews, in batches padded to their own longest: how many steps one epoch records. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dataset, datasets, layers, setSeed } from '../../nn';
import { bucketOf } from '../../nn/training/buckets';

const there = Boolean(process.env.WGRAD_DATA) && existsSync(join(process.env.WGRAD_DATA!, 'imdb'));
if (!there) console.log('skipped: needs the published reviews in $WGRAD_DATA/imdb');

(there ? test : test.skip)('at most 8 captures for 390 batches of hundreds of lengths', async () => {
  setSeed(0);
  const { train: [texts, labels] } = await datasets.imdbReviews.loadData({ data: 'real' });
  const encoder = layers.textVectorization({ vocabulary: ['the'] });
  const lengths = new Set<number>();
  let batches = 0;
  for await (const [batch] of Dataset.fromTensorSlices([texts, labels] as const).shuffle(10_000).batch(64).elements()) {
    lengths.add(encoder.callHost(batch).shape[1]);
    batches++;
  }
  const buckets = new Set([...lengths].map(bucketOf));
  assert.ok(batches >= 390 && lengths.size > 200, `${batches} batches, ${lengths.size} lengths`);
  assert.ok(buckets.size <= 8, `${[...buckets]}`);
});

test.run();
