/**
 * Host time that goes into batches themselves: their copy into the memory that is sent, and what is worked out from them (sorted
 * ids). What is left of a step's host time is the engine's: commands and submits.
 */
import { InputSlots } from '../../engine/step/input-slots';

export class Preparation {
  private total = 0;
  private readonly write = InputSlots.prototype.write;

  constructor() {
    const { write } = this;
    const add = (ms: number): void => void (this.total += ms);
    InputSlots.prototype.write = function (...input) {
      const start = performance.now();
      write.apply(this, input);
      add(performance.now() - start);
    };
  }

  /** Milliseconds since the last call. */
  take(): number {
    const { total } = this;
    this.total = 0;
    return total;
  }

  stop(): void {
    InputSlots.prototype.write = this.write;
  }
}
