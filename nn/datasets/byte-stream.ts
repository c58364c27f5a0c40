import { DataError } from '../../engine/errors';

/** The bytes of a stream in portions of any size. `path` names it in errors. Close it in the end. */
export class ByteStream {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  private rest = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, private readonly path: string) {
    this.reader = stream.getReader();
  }

  /** The next `count` bytes: a view of what arrived, or a copy where it arrived in several pieces. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    if (count > this.rest.length) {
      const whole = new Uint8Array(count);
      await this.fill(whole);
      return whole;
    }
    const taken = this.rest.subarray(0, count);
    this.rest = this.rest.subarray(count);
    return taken;
  }

  /** The next bytes, into all of `target`. */
  async fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      if (this.rest.length === 0) this.rest = (await this.next()) ?? this.tooShort();
      const part = this.rest.subarray(0, target.length - at);
      target.set(part, at);
      at += part.length;
      this.rest = this.rest.subarray(part.length);
    }
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.rest.length === 0) this.rest = (await this.next()) ?? this.tooShort();
      const part = Math.min(left, this.rest.length);
      this.rest = this.rest.subarray(part);
      left -= part;
    }
  }

  /** What comes before the next `byte`, which is taken too; at the end what is left, or null. Refuses more than `most` bytes. */
  async until(byte: number, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
    let found = this.rest.indexOf(byte);
    let searched = this.rest.length;
    while (found < 0) {
      if (searched > most) throw new DataError(`${this.path}: ${most} bytes without an end of the line or word. It is damaged, or of another format.`);
      const more = await this.next();
      if (!more) {
        const last = this.rest;
        this.rest = new Uint8Array(0);
        return last.length > 0 ? last : null;
      }
      this.rest = joined(this.rest, more);
      found = this.rest.indexOf(byte, searched);
      searched = this.rest.length;
    }
    const line = this.rest.subarray(0, found);
    this.rest = this.rest.subarray(found + 1);
    return line;
  }

  /** Up to `count` bytes, which stay; fewer at the end. */
  async peek(count: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.rest.length < count) {
      const more = await this.next();
      if (!more) break;
      this.rest = joined(this.rest, more);
    }
    return this.rest.subarray(0, count);
  }

  /** To the end, where packed streams check their sums; refuses more than `most` bytes. */
  async drain(most: number): Promise<void> {
    for (let left = most - this.rest.length; ; ) {
      if (left < 0) throw new DataError(`${this.path} goes on for more than ${most} bytes behind its end. It is damaged.`);
      const more = await this.next();
      if (!more) return;
      left -= more.length;
    }
  }

  async close(): Promise<void> {
    // A stream that failed has said so already.
    await this.reader.cancel().catch(() => {});
  }

  private async next(): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const { done, value } = await this.reader.read();
      return done ? null : value;
    } catch (error) {
      throw this.damaged(error instanceof Error ? error.message : String(error), error);
    }
  }

  private tooShort(): never {
    throw this.damaged('it ends in the middle');
  }

  private damaged(why: string, cause?: unknown): DataError {
    return new DataError(`${this.path} is cut off or damaged: ${why}. Replace it.`, { cause });
  }
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
