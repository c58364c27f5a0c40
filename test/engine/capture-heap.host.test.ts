/** Captured steps share the memory of their temporaries. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BufferPool } from '../../engine/gpu/buffers';
import { CaptureHeap, type Temporary, type Tenant } from '../../engine/gpu/capture-heap';
import { Storage } from '../../engine/gpu/storage';

const test = suite('memory of captures');

// What the pool asks of a device.
Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4, INDIRECT: 8 } });
const makePool = (): BufferPool =>
  new BufferPool({ limits: { maxBufferSize: 2 ** 40 }, createBuffer: () => ({ destroy() {} }) } as unknown as GPUDevice);

interface Fake extends Tenant {
  moves: number;
}

function tenant(spans: readonly (readonly [bytes: number, first: number, last: number])[]): Fake {
  const temporaries = spans.map(([bytes, first, last]): Temporary => ({ storage: new Storage(bytes), first, last }));
  return { temporaries, moves: 0, moved() { this.moves++; } };
}

function check({ temporaries }: Tenant): void {
  temporaries.forEach((a, i) => {
    assert.ok(a.storage.region!.size >= a.storage.bytes, 'too small a region');
    for (const b of temporaries.slice(i + 1)) {
      const together = a.first <= b.last && b.first <= a.last;
      assert.not(together && a.storage.region!.buffer === b.storage.region!.buffer, 'two temporaries in one place');
    }
  });
}

test('what is needed at the same time lies apart, before and after others come and go', () => {
  const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 1 << 20 }), fc.nat(20), fc.nat(20)).map(([n, a, b]) => [n, Math.min(a, b), Math.max(a, b)] as const), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(spans, { minLength: 1, maxLength: 6 }), (all) => {
      const pool = makePool();
      const heap = new CaptureHeap(pool);
      const tenants = all.map(tenant);
      for (const one of tenants) heap.add(one);
      tenants.forEach(check);
      assert.is(pool.use.live, heap.bytes);
      for (const one of tenants.splice(0, tenants.length >> 1)) heap.remove(one);
      tenants.forEach(check);
      for (const one of tenants) heap.remove(one);
      assert.equal([heap.bytes, pool.use.live], [0, 0], 'given back');
    }),
    { numRuns: 200 },
  );
});

test('growing steps need what the largest needs', () => {
  const shapes = [[400, 0, 3], [100, 1, 6], [100, 2, 9], [300, 4, 7], [50, 5, 9], [10, 8, 9]] as const;
  const sized = (scale: number): Fake => tenant(shapes.map(([n, first, last]) => [n * 1000 * scale, first, last]));
  const alone = new CaptureHeap(makePool());
  alone.add(sized(1.5 ** 5));
  for (const order of [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]]) {
    const heap = new CaptureHeap(makePool());
    for (const i of order) heap.add(sized(1.5 ** i));
    assert.ok(heap.bytes <= 1.05 * alone.bytes, `${heap.bytes} bytes, the largest alone ${alone.bytes}`);
  }
});

test('a step whose temporaries lie elsewhere is told', () => {
  const heap = new CaptureHeap(makePool());
  const [small, same, large] = [tenant([[1000, 0, 1]]), tenant([[900, 0, 1]]), tenant([[5000, 0, 1]])];
  for (const one of [small, same]) heap.add(one);
  assert.equal([small.moves, same.moves], [0, 0]);
  heap.add(large);
  assert.equal([small.moves, same.moves, large.moves], [1, 1, 0]);
  assert.is(small.temporaries[0].storage.region, large.temporaries[0].storage.region);
});

test.run();
