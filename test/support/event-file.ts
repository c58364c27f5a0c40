/** Reads TensorBoard's event files, for tests: frames, checksums, and the fields that a scalar has. */
import * as assert from 'uvu/assert';
import { maskedCrc32c } from '../../nn/callbacks/tensorboard/crc32c';

export interface Event {
  wallTime: number;
  step: number;
  fileVersion?: string;
  tag?: string;
  plugin?: string;
  value?: number;
  /** The whole frame. */
  bytes: Uint8Array;
}

export function readEvents(file: Uint8Array): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < file.length; ) {
    const view = new DataView(file.buffer, file.byteOffset + at);
    const length = Number(view.getBigUint64(0, true));
    check(view.getUint32(8, true), file.subarray(at, at + 8), 'length');
    const message = file.subarray(at + 12, at + 12 + length);
    check(view.getUint32(12 + length, true), message, 'message');
    events.push({ ...eventOf(message), bytes: file.subarray(at, at + 16 + length) });
    at += 16 + length;
  }
  return events;
}

function check(checksum: number, bytes: Uint8Array, what: string): void {
  if (checksum !== maskedCrc32c(bytes)) throw new Error(`The checksum of the ${what} is wrong.`);
}

function eventOf(message: Uint8Array): Omit<Event, 'bytes'> {
  const event = fields(message);
  const text = (bytes?: Field): string | undefined => (bytes ? new TextDecoder().decode(bytes as Uint8Array) : undefined);
  const head = { wallTime: event[1] as number, step: (event[2] as number | undefined) ?? 0 };
  if (!event[5]) return { ...head, fileVersion: text(event[3]) };
  const value = fields(fields(event[5] as Uint8Array)[1] as Uint8Array);
  const tensor = fields(value[8] as Uint8Array);
  assert.is(tensor[1], 1, 'a tensor of floats');
  assert.equal(fields(tensor[2] as Uint8Array), {}, 'without axes');
  const content = tensor[4] as Uint8Array;
  return {
    ...head,
    tag: text(value[1]),
    plugin: text(fields(fields(value[9] as Uint8Array)[1] as Uint8Array)[1]),
    value: new DataView(content.buffer, content.byteOffset).getFloat32(0, true),
  };
}

type Field = number | Uint8Array;

/** The fields of a message by number; none here comes twice. */
function fields(message: Uint8Array): Record<number, Field> {
  const out: Record<number, Field> = {};
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const key = varint();
    const type = key & 7;
    assert.not.ok(key >> 3 in out, `field ${key >> 3} comes twice`);
    if (type === 0) out[key >> 3] = varint();
    else if (type === 1) {
      out[key >> 3] = new DataView(message.buffer, message.byteOffset + at).getFloat64(0, true);
      at += 8;
    } else {
      assert.is(type, 2, 'wire type');
      const length = varint();
      out[key >> 3] = message.subarray(at, (at += length));
    }
  }
  return out;
}
