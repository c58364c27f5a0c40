import type { EmbeddingTable } from 'wgrad';

/** The `count` words whose vectors point most nearly as that of `word` does, by the cosine of the angle; none for an unknown word. */
export function neighbours({ vocabulary, vectors, dim }: EmbeddingTable, word: string, count: number): { word: string; cosine: number }[] {
  const own = vocabulary.indexOf(word);
  if (own < 0) return [];
  const { data } = vectors;
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += data[a * dim + k] * data[b * dim + k];
    return sum;
  };
  const length = Math.sqrt(dot(own, own));
  return vocabulary
    .map((word, row) => ({ word, row, cosine: dot(own, row) / (length * Math.sqrt(dot(row, row))) }))
    .filter(({ row }) => row !== own)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count)
    .map(({ word, cosine }) => ({ word, cosine }));
}
