/** Rows of one width, as they come; how many is not known, or not to be trusted. */
export class Rows {
  private readonly blocks: Float32Array<ArrayBuffer>[] = [];
  private block: Float32Array<ArrayBuffer>;
  private used = 0;

  /** `expected`: how many rows there will be, probably. Not more than 64 MiB is taken on that word alone. */
  constructor(private readonly dim: number, expected: number) {
    this.block = new Float32Array(Math.min(expected, Math.ceil(2 ** 24 / dim)) * dim);
  }

  /** The next row, to be filled. */
  next(): Float32Array<ArrayBuffer> {
    if (this.used === this.block.length) {
      if (this.used > 0) this.blocks.push(this.block);
      // A tenth of what there is, so that little is taken in vain.
      const grown = Math.ceil(this.blocks.reduce((sum, { length }) => sum + length, 0) / 10 / this.dim);
      this.block = new Float32Array(Math.max(grown, 1024) * this.dim);
      this.used = 0;
    }
    const row = this.block.subarray(this.used, this.used + this.dim);
    this.used += this.dim;
    return row;
  }

  /** All of them, one after the other. */
  joined(): Float32Array<ArrayBuffer> {
    const last = this.block.subarray(0, this.used);
    if (this.blocks.length === 0) return last;
    const whole = new Float32Array(this.blocks.reduce((sum, { length }) => sum + length, this.used));
    let at = 0;
    for (const block of [...this.blocks, last]) {
      whole.set(block, at);
      at += block.length;
    }
    return whole;
  }
}
