/** Named modules: where they are looked for, what is said where they are missing, what is kept; and addresses. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { MissingDataError } from '../../nn/datasets/source';
import { loadEmbedding } from '../../nn/text/embeddings/load-embedding';
import { maskedCrc32c } from '../../nn/text/embeddings/saved-model/crc32c';
import { entry, header, index } from '../support/bundles';
import { fill, rejects, sandbox, serving } from '../support/datasets';
import { archive, bitsOf, expectSameBits, golden, pack, unpack } from '../support/saved-models';

const SWIVEL = 'gnews-swivel-20dim';

/** A module of the size of gnews-swivel-20dim: 20,000 words and a bucket. The graph is a small one's: combiner sqrtn, blanks, one bucket. */
function swivel(): { packed: Uint8Array; files: Map<string, Uint8Array>; values: Float32Array } {
  const values = Float32Array.from({ length: 20_001 * 20 }, (_, i) => Math.sin(i));
  const data = new Uint8Array(values.buffer);
  const files = new Map<string, Uint8Array>([
    ['saved_model.pb', unpack(archive('swivel')).get('./saved_model.pb')!],
    ['assets/tokens.txt', Buffer.from(Array.from({ length: 20_000 }, (_, i) => `word${i}\n`).join(''))],
    ['variables/variables.data-00000-of-00001', data],
    ['variables/variables.index', index([['', header()], ['embeddings', entry({ shape: [20_001, 20], size: data.length, crc: maskedCrc32c(data) })]])],
  ]);
  return { packed: pack(files), files, values };
}

/** `fetch` goes to a local server, and to nothing else. */
async function redirected<T>(url: string | null, fn: () => Promise<T>): Promise<T> {
  const before = globalThis.fetch;
  globalThis.fetch = (address, init) => (url ? before(url, init) : Promise.reject(new TypeError('fetch failed', { cause: new Error(`no network, for ${String(address)}`) })));
  try {
    return await fn();
  } finally {
    globalThis.fetch = before;
  }
}

test('missing: what, where it was looked for, where to put it', () =>
  sandbox(async ({ data, cache }) => {
    for (const [name, url] of [['nnlm-en-dim50', 'https://tfhub.dev/google/nnlm-en-dim50/2?tf-hub-format=compressed'], [SWIVEL, 'https://tfhub.dev/google/tf2-preview/gnews-swivel-20dim/1?tf-hub-format=compressed']]) {
      await redirected(null, () => rejects(loadEmbedding(name), MissingDataError, name, url, 'no network', join(data, name), join(cache, 'embeddings'), `$WGRAD_DATA/${name}`, `${name}.tar.gz`));
    }
    await rejects(loadEmbedding('nnlm-en-dim5'), DataError, 'nnlm-en-dim5 does not exist');
  }));

test('the user\'s own copy, packed or unpacked', () =>
  sandbox(async ({ data }) => {
    const { packed, files, values } = swivel();
    const places = [() => fill(data, { [`${SWIVEL}.tar.gz`]: packed }), () => fill(join(data, SWIVEL), { [`${SWIVEL}.tar.gz`]: packed }), () => {
      for (const [path, bytes] of files) {
        mkdirSync(dirname(join(data, SWIVEL, path)), { recursive: true });
        writeFileSync(join(data, SWIVEL, path), bytes);
      }
    }];
    for (const put of places) {
      put();
      const table = await loadEmbedding(SWIVEL);
      assert.equal([table.name, table.rows, table.dim, table.oovBuckets, table.combiner, table.tokens?.ofEmpty], [SWIVEL, 20_001, 20, 1, 'sqrtn', '']);
      expectSameBits(table.vectors, values);
      assert.ok(table.origin.startsWith(data));
    }
  }));

test('a download is kept once it turned out to be the module', () =>
  sandbox(async ({ cache }) => {
    const kept = join(cache, 'embeddings', `${SWIVEL}.tar.gz`);
    const { packed } = swivel();
    const steps: number[] = [];
    await serving((_, response) => response.end('<html>Sign in</html>'), async (url) => void (await redirected(url, () => rejects(loadEmbedding(SWIVEL), DataError))));
    await serving((_, response) => response.end(archive('swivel')), async (url) => void (await redirected(url, () => rejects(loadEmbedding(SWIVEL), DataError, 'is not gnews-swivel-20dim', '17 × 4', '20001 × 20'))));
    await serving((_, response) => response.end(packed.subarray(0, packed.length >> 1)), async (url) => void (await redirected(url, () => rejects(loadEmbedding(SWIVEL), DataError, 'cut off'))));
    assert.not(existsSync(kept));
    await serving((_, response) => response.end(packed), async (url) => void (await redirected(url, () => loadEmbedding(SWIVEL, { onProgress: ({ loaded }) => steps.push(loaded) }))));
    assert.is(steps[steps.length - 1], packed.length);
    assert.ok(existsSync(kept));
    assert.is((await redirected(null, () => loadEmbedding(SWIVEL))).origin, kept);
  }));

test('an address, whose server tells the length or not', async () => {
  for (const length of [true, false]) {
    await serving((_, response) => {
      if (length) response.setHeader('Content-Length', archive('nnlm').length);
      else response.write('');
      response.write(archive('nnlm').subarray(0, 1000));
      setTimeout(() => response.end(archive('nnlm').subarray(1000)), 20);
    }, async (url) => {
      const table = await loadEmbedding(`${url}some/nnlm.tar.gz?x=1`);
      assert.equal([table.name, bitsOf(table.vectors)], ['nnlm', bitsOf(golden.modules[0].vectors)]);
    });
  }
});

test.run();
