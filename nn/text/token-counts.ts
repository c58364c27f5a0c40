/** How often tokens occur: what a vocabulary is learnt from. */
export class TokenCounts {
  private readonly places = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly documents: number[] = [];
  /** By token, the last document that it was seen in. */
  private readonly lastSeen: number[] = [];
  documentCount = 0;

  /** Counts the tokens of one document. */
  add(tokens: readonly string[]): void {
    const document = ++this.documentCount;
    for (const token of tokens) {
      let place = this.places.get(token);
      if (place === undefined) {
        place = this.counts.push(0) - 1;
        this.places.set(token, place);
        this.documents.push(0);
        this.lastSeen.push(0);
      }
      this.counts[place]++;
      if (this.lastSeen[place] !== document) {
        this.documents[place]++;
        this.lastSeen[place] = document;
      }
    }
  }

  /** The `limit` most frequent tokens; of equally frequent ones, the last in the order of code points comes first, as in Keras. */
  mostFrequent(limit: number, without: ReadonlySet<string>): string[] {
    return Array.from(this.places.keys())
      .filter((token) => !without.has(token))
      .sort((a, b) => this.countOf(b) - this.countOf(a) || compareCodePoints(b, a))
      .slice(0, limit);
  }

  /** The number of documents that hold `token`. */
  documentsWith(token: string): number {
    return this.documents[this.places.get(token) ?? -1] ?? 0;
  }

  private countOf(token: string): number {
    return this.counts[this.places.get(token)!];
  }
}

/** The order of UTF-8 bytes. JavaScript compares UTF-16, in which pairs of surrogates come before U+E000 to U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [p, q] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (p !== q) return rank(p) - rank(q);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
