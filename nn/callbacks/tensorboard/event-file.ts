/**
 * TensorBoard's event files: records of Event messages (tensorflow/core/util/event.proto), each framed as TFRecord has it
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord): length u64, masked CRC of the length, bytes, masked CRC of the bytes.
 */
import { host } from '#platform';
import { maskedCrc32c } from './crc32c';
import { bytes, double, string, wholeNumber } from './protobuf';

/** The plugin that draws curves. */
const PLUGIN = 'scalars';
const DT_FLOAT = 1;

export interface Scalar {
  readonly tag: string;
  readonly value: number;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** What every file begins with. */
export function versionRecord(wallTime: number): Uint8Array {
  return record([...double(1, wallTime), ...string(3, 'brain.Event:2'), ...bytes(10, string(1, 'wgrad'))]);
}

/** An Event with a Summary of one value: a float tensor without axes. */
export function scalarRecord({ tag, value, step, wallTime }: Scalar): Uint8Array {
  const content = new Uint8Array(4);
  new DataView(content.buffer).setFloat32(0, value, true);
  const tensor = [...wholeNumber(1, DT_FLOAT), ...bytes(2, []), ...bytes(4, content)];
  const metadata = bytes(1, string(1, PLUGIN));
  const summary = bytes(1, [...string(1, tag), ...bytes(8, tensor), ...bytes(9, metadata)]);
  return record([...double(1, wallTime), ...wholeNumber(2, step), ...bytes(5, summary)]);
}

function record(message: readonly number[]): Uint8Array {
  const out = new Uint8Array(16 + message.length);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(out.subarray(0, 8)), true);
  out.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(out.subarray(12, 12 + message.length)), true);
  return out;
}

let files = 0;

/** A new file in `folder`, made when something is first written. Scalars wait in memory until `flush`. */
export class EventFile {
  private readonly path: string;
  private waiting: Uint8Array[];

  constructor(folder: string) {
    const now = Date.now() / 1000;
    // TensorBoard takes files for one run's by their order, which is that of their times.
    const unique = `${files++}.${crypto.randomUUID().slice(0, 8)}`;
    this.path = host.files!.join(folder, `events.out.tfevents.${Math.floor(now)}.${unique}.v2`);
    this.waiting = [versionRecord(now)];
  }

  add(tag: string, value: number, step: number): void {
    this.waiting.push(scalarRecord({ tag, value, step, wallTime: Date.now() / 1000 }));
  }

  async flush(): Promise<void> {
    const records = this.waiting;
    this.waiting = [];
    if (records.length > 0) await host.files!.append(this.path, new Uint8Array(await new Blob(records as BlobPart[]).arrayBuffer()));
  }
}
