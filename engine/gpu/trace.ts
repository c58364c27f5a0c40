/** A profile as Chrome's trace events (the "Trace Event Format", JSON object form), which Perfetto reads too. */
import type { DispatchSpan, ProfileClock, Span } from './profiler';

/** Times in microseconds. */
interface CompleteEvent {
  readonly ph: 'X';
  readonly name: string;
  readonly cat: 'host' | 'device';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

interface NameEvent {
  readonly ph: 'M';
  readonly name: 'process_name' | 'thread_name';
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name: string };
}

export interface ChromeTrace {
  readonly traceEvents: readonly (CompleteEvent | NameEvent)[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: { readonly clock: ProfileClock };
}

const PID = 1;
const TRACKS = { host: 1, device: 2 };

export function chromeTrace(dispatches: readonly DispatchSpan[], hostSpans: readonly Span[], clock: ProfileClock): ChromeTrace {
  const first = [...dispatches, ...hostSpans].reduce((least, { start }) => Math.min(least, start), Infinity);
  const event = (cat: 'host' | 'device', { name, start, end }: Span, args: CompleteEvent['args']): CompleteEvent => ({
    ph: 'X', name, cat, pid: PID, tid: TRACKS[cat], ts: 1000 * (start - first), dur: 1000 * (end - start), args,
  });
  const named = (name: NameEvent['name'], tid: number, label: string): NameEvent => ({ ph: 'M', name, pid: PID, tid, args: { name: label } });
  return {
    traceEvents: [
      named('process_name', 0, 'wgrad'),
      ...Object.entries(TRACKS).map(([track, tid]) => named('thread_name', tid, track)),
      ...hostSpans.map((span) => event('host', span, {})),
      ...dispatches.map((span) => event('device', span, { pipeline: span.pipeline, grid: span.grid, bytes: span.bytes, flops: span.flops })),
    ],
    displayTimeUnit: 'ms',
    otherData: { clock },
  };
}
