/** One line of a table, one entry of the JSON. */
export interface Row {
  readonly suite: 'roofline' | 'kernels' | 'steps' | 'memory' | 'peers' | 'keras';
  readonly name: string;
  /** Milliseconds per run: device time by timestamps where the adapter has them, else wall clock. */
  readonly medianMs?: number;
  readonly minMs?: number;
  /** Batches of runs that were timed. */
  readonly n?: number;
  readonly [detail: string]: unknown;
  readonly error?: string;
}

/** Runs `fn` for a row; where it throws, the row says so. */
export async function rowOf(suite: Row['suite'], name: string, fn: () => Promise<Omit<Row, 'suite' | 'name'>>): Promise<Row> {
  try {
    return { suite, name, ...(await fn()) };
  } catch (error) {
    return { suite, name, error: error instanceof Error ? error.message : String(error) };
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
