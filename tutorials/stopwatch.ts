/** The time that a training loop of one's own takes, in the terms of `fit`'s history. */
export class Stopwatch {
  private readonly began = performance.now();
  /** When the stretch of steps under way began. */
  private last = this.began;
  private first = 0;
  private steps = 0;
  private ms = 0;

  /** After each training step. Steps run behind the host's back: `wait`, for the device, is called after the first one only. */
  async step(wait: () => Promise<unknown>): Promise<void> {
    if (this.first > 0) {
      this.steps++;
      return;
    }
    await wait();
    this.first = performance.now() - this.last;
    this.resume();
  }

  /** When the device has done all steps so far. */
  pause(): void {
    this.ms += performance.now() - this.last;
  }

  /** Before the next step. */
  resume(): void {
    this.last = performance.now();
  }

  /** All of the time; that until the first step was done; and the mean of the steps after it. */
  get timing(): { seconds: number; compileSeconds: number; msPerStep: number } {
    const { first, steps, ms } = this;
    return { seconds: (performance.now() - this.began) / 1000, compileSeconds: first / 1000, msPerStep: steps > 0 ? ms / steps : 0 };
  }
}
