/** The browser's `navigator` for libraries that look for WebGPU there, on the same Dawn that wgrad uses. */
import { availableParallelism } from 'node:os';
import { create, globals } from 'webgpu';

export function provideNavigator() {
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), hardwareConcurrency: availableParallelism(), userAgent: 'Node.js', platform: process.platform };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
}
