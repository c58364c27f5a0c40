/** Where the time of a program goes, kernel by kernel: `profile(async () => …)`. */
import { ValueError } from '../errors';
import { textTable } from '../text-table';
import { gpu, init } from './gpu';
import { type DispatchSpan, type ProfileClock, Profiler, type Span } from './profiler';
import { chromeTrace, type ChromeTrace } from './trace';

export interface ProfileOptions {
  /** Replays of each captured step that are measured; default 20. */
  readonly steps?: number;
  /** Replays before those, which are not measured; default 2. The first compiles. */
  readonly warmUp?: number;
  /** Default: timestamps of the device, where the adapter has them. */
  readonly clock?: ProfileClock;
}

/** What a kernel did in all dispatches measured. */
export interface KernelProfile {
  readonly kernel: string;
  readonly calls: number;
  readonly ms: number;
  /** Of the time of all dispatches measured, 0 to 1. */
  readonly share: number;
  /** 10⁹ additions and multiplications per second, in those calls whose op counts them; `null` where none does. */
  readonly gflops: number | null;
  /** 10⁹ bytes read and written per second, counting all that is bound unless the op knows better. */
  readonly gigabytes: number;
}

export interface Profile<T> {
  /** What the program returned. */
  readonly result: T;
  readonly clock: ProfileClock;
  /** By kernel, the longest time first. */
  readonly kernels: readonly KernelProfile[];
  readonly dispatches: readonly DispatchSpan[];
  /** What the host did: recorded and replayed steps, submits, waits. */
  readonly hostSpans: readonly Span[];
  /** The kernels as text. */
  table(): string;
  /** For chrome://tracing and Perfetto: `JSON.stringify` it into a file. */
  trace(): ChromeTrace;
}

/**
 * Runs `program` and measures its dispatches: the first replays of every compiled step, after a warm-up, and what runs
 * outside of steps once its kernel is compiled. Copies are not measured. Dispatches that are measured run one by one.
 * @throws ValueError where another profile is under way, or the adapter has no timestamps and `clock` asks for them
 */
export async function profile<T>(program: () => T | Promise<T>, options: ProfileOptions = {}): Promise<Profile<T>> {
  await init();
  const { device, recorder } = gpu();
  const has = device.features.has('timestamp-query');
  const { steps = 20, warmUp = 2, clock = has ? 'timestamp' : 'wall' } = options;
  if (recorder.profiler) throw new ValueError('profile: another profile is under way; one at a time.');
  if (clock === 'timestamp' && !has) throw new ValueError('profile: this adapter has no timestamps. Use clock: "wall".');
  recorder.flush();
  const profiler = new Profiler(device, { steps, warmUp, clock });
  recorder.profiler = profiler;
  try {
    const result = await program();
    recorder.flush();
    await profiler.finish();
    const { dispatches, hostSpans } = profiler;
    const kernels = byKernel(dispatches);
    return { result, clock, kernels, dispatches, hostSpans, table: () => tableOf(kernels, clock), trace: () => chromeTrace(dispatches, hostSpans, clock) };
  } finally {
    recorder.profiler = null;
  }
}

function byKernel(dispatches: readonly DispatchSpan[]): KernelProfile[] {
  const kernels = new Map<string, { calls: number; ms: number; flops: number; flopsMs: number; bytes: number }>();
  let total = 0;
  for (const { name, flops, bytes, start, end } of dispatches) {
    const sum = kernels.get(name) ?? { calls: 0, ms: 0, flops: 0, flopsMs: 0, bytes: 0 };
    kernels.set(name, sum);
    sum.calls++;
    sum.ms += end - start;
    if (flops !== undefined) {
      sum.flops += flops;
      sum.flopsMs += end - start;
    }
    sum.bytes += bytes;
    total += end - start;
  }
  const rate = (count: number, ms: number): number => (ms > 0 ? count / ms / 1e6 : 0);
  return [...kernels]
    .map(([kernel, { calls, ms, flops, flopsMs, bytes }]) => ({
      kernel, calls, ms, share: total > 0 ? ms / total : 0, gflops: flops > 0 ? rate(flops, flopsMs) : null, gigabytes: rate(bytes, ms),
    }))
    .sort((a, b) => b.ms - a.ms);
}

function tableOf(kernels: readonly KernelProfile[], clock: ProfileClock): string {
  const calls = kernels.reduce((sum, k) => sum + k.calls, 0);
  const ms = kernels.reduce((sum, k) => sum + k.ms, 0);
  if (calls === 0) return 'Profile: nothing was measured; no step ran often enough.';
  const row = (k: KernelProfile): string[] => [
    k.kernel, String(k.calls), k.ms.toFixed(2), ((1000 * k.ms) / k.calls).toFixed(1), `${(100 * k.share).toFixed(1)} %`, k.gflops?.toFixed(2) ?? '', k.gigabytes.toFixed(2),
  ];
  const head = ['kernel', 'calls', 'ms', 'µs per call', 'share', 'GFLOP/s', 'GB/s'];
  const about = clock === 'timestamp' ? 'timestamps of the device' : 'wall clock, one submit per dispatch, so that short kernels seem longer';
  return `Profile by ${about}\n${textTable(head, [...kernels.map(row), ['all', String(calls), ms.toFixed(2), '', '', '', '']])}`;
}
