/** What training prints: a bar on a terminal, lines elsewhere. */
import { host } from '#platform';
import type { Logs } from '../callbacks/callback';

/** 0 silent, 1 a bar (a line per epoch where the output is no terminal), 2 a line per epoch. */
export type Verbose = 0 | 1 | 2;

export interface Progress {
  /** After some steps; reads the running logs when it is time to draw. */
  update(step: number, logs: () => Promise<Logs>): void;
  /** After the last step, which an early stop makes less than all. */
  end(step: number, logs: Logs): void;
}

const REDRAW_MS = 250;
const BAR = 20;

export const SILENT: Progress = { update: () => {}, end: () => {} };

/** `steps` is `undefined` where only a pass over the data will tell. */
export function makeProgress(verbose: Verbose, steps: number | undefined): Progress {
  if (verbose === 0) return SILENT;
  const began = performance.now();
  return verbose === 1 && host.terminal.interactive ? new Bar(steps, began) : new Line(steps, began);
}

/** ` - loss: 0.3412 - accuracy: 0.8765`, four digits as Keras prints them. */
export function formatLogs(logs: Logs): string {
  return Object.entries(logs).map(([name, value]) => ` - ${name}: ${formatValue(value)}`).join('');
}

function formatValue(value: number): string {
  return Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4);
}

/** `1875/1875 - 3s - loss: 0.3412 - accuracy: 0.8765` */
class Line implements Progress {
  constructor(private readonly steps: number | undefined, private readonly began: number) {}

  update(): void {}

  end(step: number, logs: Logs): void {
    const seconds = (performance.now() - this.began) / 1000;
    host.terminal.write(`${step}/${this.steps ?? step} - ${Math.round(seconds)}s${formatLogs(logs)}\n`);
  }
}

/** `  938/1875 ━━━━━━━━━━━━━━━━━━━━ 2s 1ms/step - loss: …`, drawn a few times a second. */
class Bar implements Progress {
  private drawn = 0;
  private reading = false;
  private ended = false;
  private width = 0;

  constructor(private readonly steps: number | undefined, private readonly began: number) {}

  update(step: number, logs: () => Promise<Logs>): void {
    const now = performance.now();
    if (this.reading || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    this.reading = true;
    // Training goes on while the numbers are on their way.
    logs().then(
      (values) => {
        this.reading = false;
        if (!this.ended) this.draw(step, values);
      },
      () => {
        // The same error reaches the training loop, which reports it.
        this.reading = false;
      },
    );
  }

  end(step: number, logs: Logs): void {
    this.ended = true;
    this.draw(step, logs);
    host.terminal.write('\n');
  }

  private draw(step: number, logs: Logs): void {
    const ms = (performance.now() - this.began) / Math.max(step, 1);
    const text = `${this.share(step, ms)} ${formatMs(ms)}/step${formatLogs(logs)}`;
    host.terminal.write(`\r${text.slice(0, host.terminal.columns - 1).padEnd(this.width)}`);
    this.width = Math.min(text.length, host.terminal.columns - 1);
  }

  /** Steps done of all, as a bar too, and the time left, at the end the time taken. */
  private share(step: number, ms: number): string {
    const seconds = (steps: number): string => `${Math.round((ms * steps) / 1000)}s`;
    const { steps } = this;
    if (steps === undefined) return `${step}/${this.ended ? step : 'Unknown'} ${seconds(step)}`;
    const filled = Math.round((BAR * step) / steps);
    const bar = '━'.repeat(filled) + '─'.repeat(BAR - filled);
    return `${String(step).padStart(String(steps).length)}/${steps} ${bar} ${seconds(step < steps ? steps - step : step)}`;
  }
}

function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`;
  return ms >= 10 ? `${Math.round(ms)}ms` : `${ms.toFixed(1)}ms`;
}
