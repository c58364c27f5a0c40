/** What a run leaves behind: its rows, and what a reader of the numbers must know. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import process from 'node:process';
import type { DeviceInfo } from '../engine/gpu/device';
import { version } from '../engine/version';
import type { Row } from './row';

export interface Document {
  readonly adapter: DeviceInfo;
  readonly versions: Readonly<Record<string, string>>;
  /** As it was typed. */
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  /** Of the last minute, before and after. */
  readonly load: readonly [number, number];
  /** When it began, and how long it took. */
  readonly date: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** Call it when the run begins; what it returns makes the document at the end. */
export function beginDocument(adapter: DeviceInfo, command: string): (rows: readonly Row[], versions: Readonly<Record<string, string>>) => Document {
  const [began, before] = [new Date(), loadavg()[0]];
  return (rows, versions) => ({
    adapter,
    versions: { wgrad: version, node: process.versions.node, ...versions },
    command,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: [before, loadavg()[0]],
    date: began.toISOString(),
    seconds: Math.round((Date.now() - began.getTime()) / 1000),
    rows,
  });
}

export async function readDocument(file: string): Promise<Document> {
  return JSON.parse(await readFile(file, 'utf8')) as Document;
}

export async function writeDocument(file: string, document: Document): Promise<void> {
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}

/** What baselines are kept by: ratios of one kind of adapter say nothing about another. */
export function kindOf({ vendor, architecture }: DeviceInfo): string {
  return `${vendor} ${architecture}`.trim() || 'unknown';
}
