import { nearest } from './nearest.mjs';

export { nearest };

/**
 * Every error names the op or layer, what was given, what was expected and what to do about it.
 * `code` is stable; the message is for people.
 */
export class WgradError extends Error {
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Shapes that do not fit an op or a layer. */
export class ShapeError extends WgradError {
  constructor(message: string) {
    super('shape', message);
  }
}

/** An element type that an op or a layer does not take. */
export class DtypeError extends WgradError {
  constructor(message: string) {
    super('dtype', message);
  }
}

/** An argument outside its range, or an unknown name. */
export class ValueError extends WgradError {
  constructor(message: string) {
    super('value', message);
  }
}

/** A data file or download that is missing, truncated or not what it claims to be. */
export class DataError extends WgradError {
  constructor(message: string, options?: ErrorOptions) {
    super('data', message, options);
  }
}

/** A WGSL kernel that does not compile, or a dispatch that the device refused. */
export class KernelError extends WgradError {
  constructor(message: string, options?: ErrorOptions) {
    super('kernel', message, options);
  }
}

/** No adapter, or none of the kind that was asked for. */
export class AdapterError extends WgradError {
  constructor(message: string) {
    super('adapter', message);
  }
}

/** The device is gone; everything on it is lost. Sticky: later calls throw it again. */
export class DeviceLostError extends WgradError {
  constructor(message: string) {
    super('device-lost', message);
  }
}

/** The device has no room for a buffer. */
export class OutOfMemoryError extends WgradError {
  constructor(message: string) {
    super('out-of-memory', message);
  }
}

/** `Unknown loss "mes". Did you mean "mse"? Known: …` */
export function unknownName(kind: string, name: string, known: readonly string[]): ValueError {
  const near = nearest(name, known);
  const hint = near ? ` Did you mean "${near}"?` : '';
  return new ValueError(`Unknown ${kind} "${name}".${hint} Known: ${[...known].sort().join(', ')}.`);
}
