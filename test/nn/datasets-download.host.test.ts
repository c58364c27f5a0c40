/** Downloads: only whole, verified files count. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { download, type Progress } from '../../nn/datasets/download';
import { CLOSED, rejects, serving, sha256 } from '../support/datasets';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
const file = { name: 'x.gz', bytes: content.length, sha256: sha256(content) };

test('a whole file arrives, with progress', async () => {
  const steps: Progress[] = [];
  await serving((_, response) => response.end(content), async (url) => {
    assert.equal(await download(`${url}x.gz`, file, { onProgress: (step) => steps.push(step) }), content);
  });
  assert.equal(steps.at(-1), { file: 'x.gz', loaded: content.length, total: content.length });
  assert.ok(steps.every((step, i) => i === 0 || step.loaded > steps[i - 1].loaded), 'progress only grows');
});

test('packed bytes are asked for as they are', async () => {
  let asked: unknown;
  await serving((request, response) => {
    asked = request.headers['accept-encoding'];
    response.end(content);
  }, async (url) => void (await download(url, file)));
  assert.is(asked, 'identity');
});

test('a connection that breaks off', async () => {
  await serving((_, response) => {
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
  }, async (url) => void (await rejects(download(`${url}x.gz`, file), DataError, `${url}x.gz`, 'after 100000 of 300000 bytes')));
});

test('an answer that ends early or runs on', async () => {
  await serving((_, response) => response.end(content.subarray(0, 1000)), async (url) => {
    await rejects(download(url, file), DataError, url, '1000 of 300000', 'broke off');
  });
  await serving((_, response) => response.end(Buffer.concat([content, content])), async (url) => {
    await rejects(download(url, file), DataError, url, 'longer than the published 300000 bytes');
  });
  await serving((_, response) => response.end(), async (url) => void (await rejects(download(url, file), DataError, url, 'broke off')));
});

test('the right length but other bytes', async () => {
  const other = content.slice();
  other[77] ^= 1;
  await serving((_, response) => response.end(other), async (url) => {
    await rejects(download(url, file), DataError, url, 'SHA-256', sha256(other), file.sha256);
  });
});

test('a server that refuses, is not there, does not answer, or falls silent', async () => {
  await serving((_, response) => response.writeHead(404).end('no'), async (url) => {
    await rejects(download(url, file), DataError, url, '404', 'Not Found');
  });
  await rejects(download(CLOSED, file), DataError, CLOSED, 'ECONNREFUSED');
  await rejects(download('http://localhost:2/', file), DataError, 'ECONNREFUSED');
  await serving(() => {}, async (url) => {
    await rejects(download(url, file, { connectMs: 100 }), DataError, url, 'no answer for 0.1 s');
  });
  await serving((_, response) => void response.write(content.subarray(0, 5000)), async (url) => {
    await rejects(download(url, file, { stallMs: 200 }), DataError, url, 'after 5000', 'no data for 0.2 s');
  });
});

test.run();
