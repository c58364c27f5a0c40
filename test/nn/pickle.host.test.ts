/** The restricted pickle reader: reads NumPy's arrays of lists, and nothing else whatever the bytes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { readPickledLists } from '../../nn/datasets/pickle';
import { throws } from '../support/datasets';
import { pickledLists } from '../support/pickle';

const deep = Boolean(process.env.WGRAD_TEST_DEEP);
const lists = fc.array(fc.array(fc.oneof(fc.nat(255), fc.nat(70_000), fc.integer()), { maxLength: 12 }), { maxLength: 8 });
const plain = (values: Int32Array[]): number[][] => values.map((list) => [...list]);

test('what NumPy pickled comes back', () => {
  fc.assert(fc.property(lists, (values) => assert.equal(plain(readPickledLists(pickledLists(values), values.length, 'p')), values)));
  const long = [Array.from({ length: 2500 }, (_, i) => i * 40), [7], []];
  assert.equal(plain(readPickledLists(pickledLists(long), 3, 'p')), long, 'batches of 1,000, one value, none');
  const many = Array.from({ length: 1201 }, (_, i) => [i]);
  assert.equal(plain(readPickledLists(pickledLists(many), 1201, 'p')), many);
});

test('a damaged pickle is refused or read as lists, and never hangs', () => {
  const bytes = pickledLists([[1, 300, 70_000], [], [5], [-1, 255, 256]]);
  const mutation = fc.oneof(
    fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) }),
    fc.record({ at: fc.nat(bytes.length - 1), remove: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ at: fc.nat(bytes.length), insert: fc.uint8Array({ maxLength: 12 }) }),
    fc.record({ at: fc.nat(bytes.length), repeat: fc.integer({ min: 1, max: 40 }) }),
  );
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let damaged = [...bytes];
      for (const m of mutations) {
        if ('byte' in m) damaged[m.at] = m.byte;
        else if ('remove' in m) damaged.splice(m.at, m.remove);
        else if ('insert' in m) damaged.splice(m.at, 0, ...m.insert);
        else damaged.splice(m.at, 0, ...damaged.slice(m.at, m.at + m.repeat));
      }
      refusedOrRead(Uint8Array.from(damaged));
    }),
    { numRuns: deep ? 100_000 : 5_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refusedOrRead), { numRuns: deep ? 100_000 : 3_000 });
});

function refusedOrRead(bytes: Uint8Array): void {
  try {
    const values = readPickledLists(bytes, 4, 'p');
    assert.is(values.length, 4);
    assert.ok(values.every((list) => list instanceof Int32Array));
  } catch (error) {
    assert.instance(error, DataError);
    assert.match((error as Error).message, 'p:');
  }
}

const code = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const read = (bytes: Uint8Array, count = 1) => () => readPickledLists(bytes, count, 'x in a.npz');

test('pickles that would run code are refused by name', () => {
  throws(read(code("\x80\x02cos\nsystem\nU\x02ls\x85R.")), DataError, 'x in a.npz', 'os system', 'offset 3');
  throws(read(code('\x80\x02cbuiltins\neval\n')), DataError, 'builtins eval');
  throws(read(code("(ios\nsystem\n.")), DataError, 'INST', 'offset 1');
  throws(read(code('\x80\x02cnumpy\nndarray\n)\x81.')), DataError, 'EMPTY_TUPLE');
  throws(read(code('\x80\x02cnumpy\nndarray\nK\x01\x85R.')), DataError, 'call', 'offset 20');
  throws(read(code('\x80\x02(o.')), DataError, 'OBJ', 'offset 3');
  throws(read(code('\x80\x02\x8c\x02os\x8c\x06system\x93.')), DataError, 'SHORT_BINUNICODE', 'offset 2');
  throws(read(code('\x80\x04K\x01.')), DataError, 'protocol 4');
  throws(read(code('\x80\x02Pfile\n.')), DataError, 'PERSID', 'offset 2');
  throws(read(code('\x80\x02\xff.')), DataError, '0xff', 'offset 2');
});

test('bombs are refused', () => {
  // A list of ten references to a list of ten references to …
  throws(read(code('\x80\x02]q\x01(h\x01h\x01h\x01e.')), DataError, 'BINGET', 'offset 6');
  throws(read(code('\x80\x02K\x0122222222.')), DataError, 'DUP', 'offset 4');
  throws(read(code(`\x80\x02${']'.repeat(1e6)}.`)), DataError, 'more lists');
  throws(read(code(`\x80\x02${'('.repeat(1e6)}.`)), DataError, 'marks');
  throws(read(code(`\x80\x02K\x01${'\x85'.repeat(1e6)}.`)), DataError, 'neither integers nor lists');
  throws(read(code(`\x80\x02${'N'.repeat(1e6)}.`)), DataError, 'neither integers nor lists');
  throws(read(code(`\x80\x02c${'n'.repeat(1e6)}\n.`)), DataError, 'the name "nnn');
});

test('the wrong things in the right form are refused', () => {
  throws(read(pickledLists([[1], [2]]), 3), DataError, '2 elements', 'expected 3');
  throws(read(pickledLists([[1], [2]]), 0), DataError, 'more lists');
  throws(read(code('\x80\x02K\x01.')), DataError, 'NumPy array');
  throws(read(code('\x80\x02K\x01K\x02.')), DataError, 'one value');
  throws(read(code('\x80\x02]K\x01a.')), DataError, 'NumPy array');
  throws(read(code('\x80\x02K\x01K\x02a.')), DataError, 'append');
  throws(read(code('\x80\x02e.')), DataError, 'mark');
  throws(read(code('\x80\x02a.')), DataError, 'empty');
  throws(read(new Uint8Array(0)), DataError, 'cut off', 'offset 0');
  const more = Uint8Array.from([...pickledLists([[1]]), 0]);
  throws(read(more), DataError, '1 bytes follow');
});

test.run();
