/** The web's `Worker` on Node's threads: as much of it as jax-js's pool needs (a classic script in a blob, messages). */
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';

const PRELUDE = `
  const { parentPort } = require('node:worker_threads');
  globalThis.self = globalThis;
  globalThis.postMessage = (message) => parentPort.postMessage(message);
  parentPort.on('message', (data) => self.onmessage({ data }));
`;

export class WebWorker {
  #thread;
  onmessage = () => {};
  onerror = () => {};

  constructor(url) {
    this.#thread = resolveObjectURL(url).text().then((source) => {
      const thread = new Thread(PRELUDE + source, { eval: true });
      thread.on('message', (data) => this.onmessage({ data }));
      thread.on('error', (error) => this.onerror({ message: error.message }));
      thread.unref();
      return thread;
    });
  }

  postMessage(message) {
    void this.#thread.then((thread) => thread.postMessage(message));
  }
}
