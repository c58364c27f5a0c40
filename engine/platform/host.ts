/**
 * The platform seam: everything the engine and `nn` need from the machine they run on.
 * `#platform` resolves to node.ts or browser.ts by package condition; nothing else may touch the host.
 */
export interface Host {
  readonly name: 'node' | 'browser';
  /** An environment variable; empty and unset are the same (`undefined`). */
  env(name: string): string | undefined;
  /** The WebGPU entry point. The host keeps it alive. */
  gpu(): GPU;
  /** Awaits GPU work without burning the core that a software adapter needs for it. */
  idle<T>(pending: Promise<T>): Promise<T>;
  /** Files, or `null` where there are none (a browser). */
  readonly files: Files | null;
  readonly terminal: Terminal;
  /** Calls `handler` on Ctrl-C instead of ending the process; the returned function removes it. */
  onInterrupt(handler: () => void): () => void;
}

/** Paths use the host's own separator; every method rejects with the host's error. */
export interface Files {
  join(...parts: string[]): string;
  /** Where downloads and tuning results are kept between runs. */
  cacheDir(): string;
  exists(path: string): Promise<boolean>;
  list(path: string): Promise<string[]>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A file that is too large to be read at once, or that is read only in part. `stream` may be called again. */
  open(path: string): Promise<{ readonly size: number; stream(): ReadableStream<Uint8Array<ArrayBuffer>> }>;
  /** Writes to a temporary name and renames: a reader sees the old file or the whole new one. */
  writeAtomic(path: string, data: Uint8Array | string): Promise<void>;
  /** Adds to the end of a file; makes it, and its folder, where there is none. */
  append(path: string, data: Uint8Array): Promise<void>;
}

export interface Terminal {
  /** Whether text may be rewritten in place (a bar) or only appended. */
  readonly interactive: boolean;
  readonly columns: number;
  write(text: string): void;
}
