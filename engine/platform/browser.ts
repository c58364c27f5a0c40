/** A browser (or any runtime with `navigator.gpu`): no files, text goes to the console line by line. */
import type { Host } from './host';

let line = '';

export const host: Host = {
  name: 'browser',
  env: () => undefined,
  gpu() {
    if (!navigator.gpu) throw new Error('WebGPU is not available here: use a browser that has navigator.gpu.');
    return navigator.gpu;
  },
  idle: (pending) => pending,
  files: null,
  terminal: {
    interactive: false,
    columns: 80,
    write(text) {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const complete of lines) console.log(complete);
    },
  },
  onInterrupt: () => () => {},
};
