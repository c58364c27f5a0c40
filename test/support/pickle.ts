/** Pickles as Python 2's cPickle writes them (protocol 2), for arrays of lists of integers. */

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const u16 = (n: number): number[] => [n & 0xff, n >> 8];
const u32 = (n: number): number[] => [...u16(n & 0xffff), ...u16(n >>> 16)];

export const integer = (n: number): number[] => (n >= 0 && n < 256 ? [0x4b, n] : n >= 0 && n < 65536 ? [0x4d, ...u16(n)] : [0x4a, ...u32(n)]);

/** The object array that NumPy pickles for these lists. */
export function pickledLists(lists: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  let memo = 0;
  const put = (): number[] => (++memo < 256 ? [0x71, memo] : [0x72, ...u32(memo)]);
  // One value by APPEND, more in batches of 1,000 by MARK … APPENDS.
  const filled = (items: readonly number[][]): number[] => {
    const out: number[] = [];
    for (let i = 0; i < items.length; i += 1000) {
      const batch = items.slice(i, i + 1000);
      out.push(...(batch.length === 1 ? [...batch[0], 0x61] : [0x28, ...batch.flat(), 0x65]));
    }
    return out;
  };
  const list = (items: readonly number[][]): number[] => [0x5d, ...put(), ...filled(items)];
  return Uint8Array.from([
    0x80, 2, ...ascii('cnumpy.core.multiarray\n_reconstruct\n'), ...put(), ...ascii('cnumpy\nndarray\n'), ...put(),
    ...integer(0), 0x85, 0x55, 1, ...ascii('b'), 0x87, 0x52, ...put(),
    0x28, ...integer(1), ...integer(lists.length), 0x85,
    ...ascii('cnumpy\ndtype\n'), ...put(), 0x55, 2, ...ascii('O8'), ...integer(0), ...integer(1), 0x87, 0x52, ...put(),
    0x28, ...integer(3), 0x55, 1, ...ascii('|'), 0x4e, 0x4e, 0x4e, ...integer(-1), ...integer(-1), ...integer(63), 0x74, 0x62, 0x89,
    ...list(lists.map((numbers) => list(numbers.map(integer)))), 0x74, 0x62, 0x2e,
  ]);
}
