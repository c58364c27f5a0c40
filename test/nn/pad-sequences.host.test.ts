/** padSequences against Keras's, and its laws. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ValueError } from '../../engine/errors';
import type { HostDtype } from '../../engine/tensor/dtype';
import { type PadOptions, padSequences } from '../../nn/text/pad-sequences';
import golden from '../golden/pad-sequences.json';
import { throws } from '../support/datasets';

const dtypes: Record<string, HostDtype> = { float32: 'f32', int32: 'i32' };

for (const { config, output } of golden.cases) {
  test(`as Keras: ${JSON.stringify(config)}`, () => {
    const { dtype, ...rest } = config as { dtype?: string };
    const padded = padSequences(golden.sequences, { ...(rest as PadOptions), ...(dtype && { dtype: dtypes[dtype] }) });
    assert.equal([padded.dtype, padded.shape, [...padded.data]], [output.dtype, output.shape, output.data]);
  });
}

const side = fc.constantFrom('pre' as const, 'post' as const);
const sequences = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 7 }), { maxLength: 6 });

test('a row is its sequence, cut at one end and filled up at one end', () => {
  fc.assert(
    fc.property(sequences, fc.nat(9), side, side, (rows, maxlen, padding, truncating) => {
      const padded = padSequences(rows.map((row) => Int32Array.from(row)), { maxlen, padding, truncating, value: -1 });
      assert.equal(padded.shape, [rows.length, maxlen]);
      rows.forEach((row, i) => {
        const kept = truncating === 'post' ? row.slice(0, maxlen) : row.slice(Math.max(0, row.length - maxlen));
        const fill = new Array(maxlen - kept.length).fill(-1);
        assert.equal(padded.slice(i, i + 1).reshape([maxlen]).toArray(), padding === 'pre' ? [...fill, ...kept] : [...kept, ...fill]);
      });
    }),
  );
});

test('without maxlen the longest decides; nothing gives nothing', () => {
  assert.equal(padSequences([[1], [1, 2, 3]]).shape, [2, 3]);
  assert.equal(padSequences([]).shape, [0, 0]);
  assert.equal(padSequences([[], []]).shape, [2, 0]);
});

test('bad input is named', () => {
  throws(() => padSequences([[1]], { maxlen: 1.5 }), ValueError, 'maxlen', '1.5');
  throws(() => padSequences([[1]], { padding: 'before' as 'pre' }), ValueError, 'padding', 'before', 'pre');
  throws(() => padSequences([[1]], { truncating: 'psot' as 'post' }), ValueError, 'truncating', 'post');
  throws(() => padSequences([[1], ['good'] as unknown as number[]]), DtypeError, 'sequence 1', 'good', 'TextVectorization');
  throws(() => padSequences([[1], [[2]] as unknown as number[]]), DtypeError, 'sequence 1', 'array');
  throws(() => padSequences([1, 2] as unknown as number[][]), DtypeError, 'sequence 0', '1');
});

test.run();
