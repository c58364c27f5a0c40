/** Encoders that part what a profiler measures from the rest. */
import type { Capture } from './capture';
import { Encoder } from './encoder';
import type { Profiler } from './profiler';
import type { DispatchCommand } from './recorder';
import type { StepSlots } from './step-slots';
import type { Region } from './storage';
import type { Timestamps } from './timestamps';

abstract class MeasuringEncoder extends Encoder {
  private replayed: boolean | null = null;

  constructor(protected readonly profiler: Profiler, device: GPUDevice, steps: StepSlots, scratch: (bytes: number) => GPUBuffer) {
    super(device, steps, scratch);
  }

  override replay(capture: Capture, input: number, slot: number): void {
    this.replayed = this.profiler.takesReplay(capture);
    super.replay(capture, input, slot);
    this.replayed = null;
  }

  override dispatch(command: DispatchCommand, group: GPUBindGroup, slot: number, workgroups: Region | null): void {
    const taken = this.replayed ?? this.profiler.takesEager(command);
    if (taken) this.measure(command, () => super.dispatch(command, group, slot, workgroups));
    else super.dispatch(command, group, slot, workgroups);
  }

  protected abstract measure(command: DispatchCommand, dispatch: () => void): void;
}

/** A pass with timestamps for each dispatch. */
export class StampingEncoder extends MeasuringEncoder {
  private readonly pages: { timestamps: Timestamps; commands: DispatchCommand[] }[] = [];

  protected override measure(command: DispatchCommand, dispatch: () => void): void {
    this.endPass();
    let timestampWrites = this.pages.at(-1)?.timestamps.nextPass();
    if (!timestampWrites) {
      const timestamps = this.profiler.takeTimestamps();
      this.pages.push({ timestamps, commands: [] });
      timestampWrites = timestamps.nextPass()!;
    }
    this.pages.at(-1)!.commands.push(command);
    this.pass = this.encoder.beginComputePass({ timestampWrites });
    dispatch();
    this.endPass();
  }

  override submit(): void {
    this.endPass();
    for (const { timestamps } of this.pages) timestamps.resolve(this.encoder);
    super.submit();
    for (const { timestamps, commands } of this.pages) this.profiler.stamped(timestamps, commands);
  }
}

/** A submit for each dispatch. */
export class SubmittingEncoder extends MeasuringEncoder {
  protected override measure(command: DispatchCommand, dispatch: () => void): void {
    this.submitPart(null);
    dispatch();
    this.submitPart(command);
  }

  override submit(): void {
    super.submit();
    this.profiler.submitted(null);
  }

  private submitPart(command: DispatchCommand | null): void {
    super.submit();
    this.profiler.submitted(command);
    this.encoder = this.device.createCommandEncoder();
  }
}
