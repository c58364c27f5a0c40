import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostArray } from '../../engine/tensor/host-array';
import { indexPage, readRunSection, reportPage } from '../../tutorials/report/page';
import { Report } from '../../tutorials/report/report';
import { paragraphs } from '../../tutorials/report/text';
import { completeRuns, hashOf, interruption, npy, type Result, type RunRecord } from '../../tutorials/result';
import { lineLabeller } from '../../tutorials/synthetic-label';

const record: RunRecord = {
  name: 'softmax', params: 101770, epochs: 2, batch: 32, samples: { train: 10, val: 0, test: 5 },
  history: { loss: [2, 1], accuracy: [0.2, 0.4] }, test: { loss: 0.5, accuracy: 0.87654 },
  predictions: 'softmax.predictions.npy', weightsSha256: 'ab', seconds: 12.34, compileSeconds: 1, msPerStep: 2.345,
};
const result: Result = {
  tutorial: 'fashion-mnist', data: 'real', adapter: 'llvmpipe <1>', driver: 'Mesa', seed: 3, tuning: null,
  options: { seed: 3, data: 'auto', adapter: 'auto' }, cut: [], runs: [record],
};

test('the report opens without network and shows what was measured', () => {
  const html = reportPage('Clothing & more', result, [{ run: null, html: '<p>Hello</p>' }], '1.2.3');
  for (const text of ['Clothing &#38; more', 'llvmpipe &#60;1&#62;', 'Mesa', '1.2.3', '101,770', '0.8765', '12.3', '2.35', '<p>Hello</p>']) assert.match(html, text);
  // Nothing is fetched: no scripts, no sheets, no links but those between the reports.
  assert.not.match(html, /<(script|link|img|iframe)\b|@import|https?:|url\(/);
  assert.equal([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]), ['../index.html']);
  assert.not.match(html, 'SYNTHETIC');
});

test('a report on synthetic data says so in title, banner and table', () => {
  const html = reportPage('Clothing', { ...result, data: 'synthetic', cut: ['training set: 100 of 60000 rows'] }, [], '1');
  assert.match(html, '<title>SYNTHETIC: Clothing');
  assert.ok(html.match(/SYNTHETIC/g)!.length >= 3);
  assert.match(html, 'training set: 100 of 60000 rows');
  assert.match(indexPage([{ folder: 'a', title: 'A', result: { ...result, data: 'synthetic' } }]), 'SYNTHETIC');
});

test('a run’s section can be read back out of the report', () => {
  const sections = [{ run: null, html: 'before' }, { run: 'softmax', html: '<h2>One</h2>\n<pre>1</pre>' }, { run: 'logits', html: '<p>two</p>' }];
  const html = reportPage('T', result, sections, '1');
  assert.is(readRunSection(html, 'softmax'), '<h2>One</h2>\n<pre>1</pre>');
  assert.is(readRunSection(html, 'logits'), '<p>two</p>');
  assert.is(readRunSection(html, 'other'), undefined);
  assert.is(readRunSection('', 'softmax'), undefined);
});

test('long lines wrap, tables do not', async () => {
  const report = new Report();
  report.print('a | b');
  report.print('x < y '.repeat(40));
  report.print('c | d\ne | f');
  const [{ html }] = await report.render();
  assert.is(html, `<pre>a | b</pre>\n<pre class="long">${'x &#60; y '.repeat(40)}</pre>\n<pre>c | d\ne | f</pre>`);
});

test('paragraphs are escaped, with code and emphasis', () => {
  assert.is(paragraphs('a < b\n  goes on\n\n`x*y*z` and *so*'), '<p>a &#60; b goes on</p>\n<p><code>x*y*z</code> and <em>so</em></p>');
});

test('only a complete run of the same command counts as done', () => {
  const { cut: _cut, runs: _runs, ...now } = result;
  assert.equal(completeRuns(result, now), [record]);
  assert.equal(completeRuns(undefined, now), []);
  const others: Partial<Result>[] = [{ seed: 4 }, { data: 'synthetic' }, { adapter: 'other' }, { driver: 'newer' }, { tuning: 'ff' }, { options: { ...result.options, epochs: 1 } }];
  for (const other of others) assert.equal(completeRuns({ ...result, ...other }, now), []);
  assert.equal(completeRuns({ ...result, cut: ['softmax: 2 of 5 epochs'] }, now), [record]);
  assert.equal(completeRuns({ ...result, cut: [interruption('softmax', 1, 2)] }, now), []);
  assert.equal(completeRuns({ ...result, cut: [interruption('logits', 1, 2)] }, now), [record]);
  // The order in which options were given does not matter.
  assert.equal(completeRuns({ ...result, options: { adapter: 'auto', data: 'auto', seed: 3 } }, now), [record]);
});

test('an .npy file as NumPy writes it', () => {
  const bytes = npy(new HostArray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
  const length = new DataView(bytes.buffer).getUint16(8, true);
  assert.is((10 + length) % 64, 0);
  assert.equal([...bytes.subarray(0, 8)], [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  assert.match(header, /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  assert.equal([...new Float32Array(bytes.buffer, 10 + length)], [1, 2, 3, 4, 5, 6]);
  assert.match(new TextDecoder('latin1').decode(npy(new HostArray(Uint8Array.of(7), [1]))), "'|u1', 'fortran_order': False, 'shape': (1,), }");
});

test('the hash of the weights is that of their bytes in order', async () => {
  const [a, b] = [new HostArray(Float32Array.of(1, 2), [2]), new HostArray(Float32Array.of(3), [1])];
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Float32Array.of(1, 2, 3)));
  assert.is(await hashOf([a, b]), Buffer.from(digest).toString('hex'));
  assert.is.not(await hashOf([b, a]), await hashOf([a, b]));
});

test('every line is labelled, also when it comes in pieces or is rewritten in place', () => {
  const through = (...pieces: string[]): string => pieces.map(lineLabeller('S')).join('');
  const label = lineLabeller('S');
  assert.is(['Epoch 1', '/5\n', '\n', '1/10\r2/10', ' loss\n'].map(label).join(''), 'S Epoch 1/5\n\nS 1/10\rS 2/10 loss\n');
  assert.is(through('\r\x1b[2K\x1b[1mbar\x1b[0m'), '\r\x1b[2K\x1b[1mS bar\x1b[0m');
  assert.is(through(''), '');
});

test.run();
