/** A terminal of which a test sees what is written. */
import { host } from '../../engine/platform/node';

/** Runs `fn` with a terminal of this kind; what was written to it. */
export async function written(terminal: { interactive: boolean; columns?: number }, fn: () => void | Promise<void>): Promise<string> {
  const { interactive, columns = 80 } = terminal;
  const before = Object.getOwnPropertyDescriptors(host.terminal);
  let text = '';
  Object.defineProperties(host.terminal, {
    interactive: { value: interactive, configurable: true },
    columns: { value: columns, configurable: true },
    write: { value: (more: string) => void (text += more), configurable: true },
  });
  try {
    await fn();
  } finally {
    Object.defineProperties(host.terminal, before);
  }
  return text;
}

/** What stands on the screen's lines: text after a carriage return overwrites what was there. */
export function screen(text: string): string[] {
  return text.split('\n').map((line) =>
    line.split('\r').reduce((shown, part) => part + shown.slice(part.length), '').trimEnd(),
  );
}
