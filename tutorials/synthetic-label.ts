/** Marks every line that the process prints, the progress bar's included. */
import { host } from '#platform';
import type { Terminal } from '../engine/platform/host';

/**
 * A function that puts `label` before the first visible letter of every line of what passes through it, piece by
 * piece. A line also begins where one is rewritten (carriage return); cursor and colour codes at its start stay first.
 */
export function lineLabeller(label: string): (text: string) => string {
  let atStart = true;
  return (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\r\n\x1b]+|\x1b/g, (piece) => {
    if (piece === '\r' || piece === '\n') {
      atStart = true;
      return piece;
    }
    if (!atStart || piece.startsWith('\x1b')) return piece;
    atStart = false;
    return `${label} ${piece}`;
  });
}

/** Labels everything that is printed from now on, and leaves a bar that fills the line less room. */
export function labelTerminal(label: string): void {
  const { terminal } = host;
  const labelled = lineLabeller(label);
  const labelling: Terminal = {
    get interactive() {
      return terminal.interactive;
    },
    get columns() {
      return terminal.columns - label.length - 1;
    },
    write: (text) => terminal.write(labelled(text)),
  };
  Object.assign(host, { terminal: labelling });
}
