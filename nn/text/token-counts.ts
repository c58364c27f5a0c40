/** How often tokens occur: what a vocabulary is learnt from. */
export class TokenCounts {
  private readonly places = new Map<string, number>();
  /** By place: the token, how often it occurs, in how many documents, and the last of them. */
  private readonly tokens: string[] = [];
  private readonly counts: number[] = [];
  private readonly documents: number[] = [];
  private readonly lastSeen: number[] = [];
  documentCount = 0;

  /** Counts the tokens of one document. */
  add(tokens: readonly string[]): void {
    const document = ++this.documentCount;
    for (const token of tokens) {
      const place = this.places.get(token) ?? this.newPlace(token);
      this.counts[place]++;
      if (this.lastSeen[place] !== document) {
        this.documents[place]++;
        this.lastSeen[place] = document;
      }
    }
  }

  /** The `limit` most frequent tokens; of equally frequent ones, the last in the order of code points comes first, as in Keras. */
  mostFrequent(limit: number, without: ReadonlySet<string>): string[] {
    const { tokens, counts } = this;
    return Array.from(tokens.keys())
      .filter((place) => !without.has(tokens[place]))
      .sort((a, b) => counts[b] - counts[a] || compareCodePoints(tokens[b], tokens[a]))
      .slice(0, limit)
      .map((place) => tokens[place]);
  }

  /** The number of documents that hold `token`. */
  documentsWith(token: string): number {
    const place = this.places.get(token);
    return place === undefined ? 0 : this.documents[place];
  }

  private newPlace(token: string): number {
    const place = this.tokens.push(token) - 1;
    this.places.set(token, place);
    this.counts.push(0);
    this.documents.push(0);
    this.lastSeen.push(0);
    return place;
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
