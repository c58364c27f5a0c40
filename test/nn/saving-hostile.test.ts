/** Files made to harm: each is refused with what is wrong, soon and without much memory. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { File, Group } from 'h5wasm';
import { readFileSync } from 'node:fs';
import { DataError } from '../../engine/errors';
import { close, init } from '../../engine/gpu/gpu';
import { loadModel, type Model } from '../../nn';

const test = suite('saving-hostile');
test.before(async () => void (await init()));
test.after(close);

const golden = 'test/golden/saved';
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${golden}/${name}.keras`));
const RUNS = process.env.WGRAD_TEST_DEEP ? 2000 : 60;

/** The error with which a file is refused, having taken little. */
async function refusal(bytes: Uint8Array, what = ''): Promise<string> {
  const [start, before] = [process.cpuUsage(), process.memoryUsage()];
  const error = await loadModel(bytes).then(() => null, (reason: unknown) => reason);
  assert.instance(error, DataError, `${what}: ${String(error)} is no DataError`);
  const { rss } = process.memoryUsage();
  assert.ok(rss - before.rss < 300e6, `${rss - before.rss} bytes were taken`);
  assert.ok(process.cpuUsage(start).user < 15e6);
  return (error as Error).message;
}

function withConfig(name: string, change: (text: string) => string): Uint8Array {
  const members = unzipSync(bytesOf(name));
  const before = new TextDecoder().decode(members['config.json']);
  const after = change(before);
  assert.is.not(after, before);
  return zipSync({ ...members, 'config.json': strToU8(after) });
}

function groupIn(file: File, path: string): Group {
  return path.split('/').reduce<Group>((group, name) => (group.keys().includes(name) ? (group.get(name) as Group) : group.create_group(name)), file);
}

/** The archive with other weights, made with h5wasm. */
async function withWeights(name: string, change: (file: File) => void, mode: 'a' | 'w' = 'a'): Promise<Uint8Array> {
  const h5 = await import('h5wasm');
  const { FS } = await h5.ready;
  const members = unzipSync(bytesOf(name));
  FS.writeFile('/hostile.h5', members['model.weights.h5']);
  const file = new h5.File('/hostile.h5', mode);
  change(file);
  file.close();
  const weights = FS.readFile('/hostile.h5') as Uint8Array;
  FS.unlink('/hostile.h5');
  return zipSync({ ...members, 'model.weights.h5': weights });
}

for (const name of ['classifier', 'everything']) {
  test(`${name}: cut off anywhere`, async () => {
    const bytes = bytesOf(name);
    const lengths = [...Array.from({ length: RUNS }, (_, i) => Math.floor((i * bytes.length) / RUNS)), ...Array.from({ length: 30 }, (_, i) => bytes.length - 1 - i)];
    for (const length of lengths) assert.match(await refusal(bytes.subarray(0, length)), /is not a whole zip archive/);
  });
}

test('bytes changed anywhere: refused, or nothing was changed that counts', async () => {
  const bytes = bytesOf('texts');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = bytes.slice();
      for (const [at, by] of changes) changed[at] ^= by;
      await loadModel(changed).then(
        (model: Model) => assert.is(model.name, 'texts'),
        (error: unknown) => assert.instance(error, DataError),
      );
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
});

test('members: twice, too many, too large', async () => {
  const members = unzipSync(bytesOf('classifier'));
  const zip = Buffer.from(zipSync({ ...members, 'config.jsox': strToU8('{}') }));
  for (let at = zip.indexOf('config.jsox'); at >= 0; at = zip.indexOf('config.jsox', at)) zip.write('config.json', at);
  assert.match(await refusal(new Uint8Array(zip)), /two members named config.json/);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`assets/${i}`, new Uint8Array(0)]));
  assert.match(await refusal(zipSync({ ...members, ...many })), /has 20003 members; expected at most 10000/);
  const bomb = zipSync({ ...members, 'assets/zeros': new Uint8Array(70 << 20) }, { level: 9 });
  assert.ok(bomb.length < 1 << 20);
  assert.match(await refusal(bomb), /claims to unpack to 73\d+ bytes; at most 67108864/);
});

test('sizes without measure in the config', async () => {
  const huge = 1e12;
  const cases: [string, RegExp, string][] = [
    ['classifier', /"units": 6/, `"units": ${huge}`],
    ['classifier', /"batch_shape": \[null, 4\]/, `"batch_shape": [null, ${huge}]`],
    ['everything', /"filters": 4/, `"filters": ${huge}`],
    ['everything', /"kernel_size": \[3, 3\]/, `"kernel_size": [${huge}, ${huge}]`],
    ['everything', /"input_dim": 9/, `"input_dim": ${huge}`],
    ['everything', /"units": 2/g, `"units": ${huge}`],
    ['everything', /"batch_shape": \[null, 6, 5, 2\]/, `"batch_shape": [null, ${huge}, ${huge}, 2]`],
    ['masked', /"units": 3/, '"units": -3'],
    ['phrases', /"max_tokens": 9/, `"max_tokens": ${huge}`],
  ];
  for (const [name, from, to] of cases) {
    assert.match(await refusal(withConfig(name, (text) => text.replace(from, to)), to), /more than the file holds|the model expects|expected|do(es)? not|cannot be loaded/, `${name}: ${to}`);
  }
  // No weight depends on this one: it takes nothing until the model is applied.
  assert.is((await loadModel(withConfig('everything', (text) => text.replace('"n": 3', `"n": ${huge}`)))).name, 'everything');
});

test('names of what objects inherit, and configs nested without end', async () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.match(await refusal(withConfig('classifier', (text) => text.replace('"class_name": "Softmax"', `"class_name": "${name}"`))), /Unknown layer class/);
    const adam = await refusal(withConfig('classifier', (text) => text.replace('"class_name": "Adam"', `"class_name": "${name}"`)));
    assert.ok(/has no /.test(adam), adam);
  }
  const deep = (text: string): string => text.replace('"noise_shape": null', `"noise_shape": ${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  assert.match(await refusal(withConfig('classifier', deep)), /is not JSON|no option noise_shape|cannot be loaded|call stack/);
});

test('vocabularies: empty, with a token twice, no text', async () => {
  const members = unzipSync(bytesOf('texts'));
  const withVocabulary = (bytes: Uint8Array): Uint8Array => zipSync({ ...members, 'assets/layers/text_vectorization/vocabulary.txt': bytes });
  assert.match(await refusal(withVocabulary(new Uint8Array(0))), /vocabulary in assets.* is empty/);
  assert.match(await refusal(withVocabulary(strToU8('\n[UNK]\ngood\nbad\ngood'))), /"good" occurs twice/);
  assert.match(await refusal(withVocabulary(new Uint8Array([255, 254]))), /is no text in UTF-8/);
  assert.match(await refusal(withVocabulary(strToU8(`\n[UNK]\n${Array.from({ length: 50 }, (_, i) => `t${i}`).join('\n')}`))), /52 tokens .* exceed maxTokens 6/);
});

test('HDF5: claims of size, other types, links round in circles', async () => {
  const grown = await withWeights('classifier', (file) => {
    const group = groupIn(file, 'layers/dense_9/vars');
    const dataset = group.create_dataset({ name: '0', data: new Float32Array(4), shape: [2, 2], maxshape: [null, null], chunks: [2, 2] });
    dataset.resize([1e9, 1e3]);
  });
  assert.match(await refusal(grown), /has weights at layers\/dense_9\/vars/);
  const other = (make: (group: Group) => unknown): Promise<Uint8Array> => withWeights('classifier', (file) => void make(groupIn(file, 'layers/dense/vars')), 'w');
  const bias = (group: Group): unknown => group.create_dataset({ name: '1', data: new Float32Array(6) });
  const texts = await other((group) => {
    bias(group);
    group.create_dataset({ name: '0', data: Array.from({ length: 24 }, () => 'x'), shape: [4, 6], dtype: 'S100000' });
  });
  assert.match(await refusal(texts), /layers\/dense\/vars\/0 holds "[AS]100000"; expected numbers/);
  for (const link of [(group: Group) => group.create_external_link('/etc/passwd', '/', '0'), (group: Group) => group.create_soft_link('/layers/dense/vars/none', '0')]) {
    const linked = await other((group) => [bias(group), link(group)]);
    assert.match(await refusal(linked), /has no array layers\/dense\/vars\/0|is not a whole HDF5 file/);
  }
  const circle = await withWeights('classifier', (file) => void (file.get('layers') as Group).create_hard_link('/layers', 'again'));
  assert.match(await refusal(circle), /far more than the model has layers/);
  // 2⁴⁰ ways to the last group.
  const ways = await withWeights('classifier', (file) => {
    for (let i = 0; i <= 40; i++) file.create_group(`g${i}`);
    for (let i = 0; i < 40; i++) for (const name of ['a', 'b']) (file.get(`g${i}`) as Group).create_hard_link(`/g${i + 1}`, name);
  });
  assert.match(await refusal(ways), /far more than the model has layers/);
});

test.run();
