/** Recorded commands as WebGPU's: one command encoder, with the compute pass that is open. */
import type { Capture } from './capture';
import { roundUp } from './grid';
import type { Pipeline } from './pipelines';
import type { DispatchCommand } from './recorder';
import { SLOT_BYTES, type StepSlots } from './step-slots';
import type { Region } from './storage';

export class Encoder {
  protected encoder: GPUCommandEncoder;
  protected pass: GPUComputePassEncoder | null = null;
  private pipeline: Pipeline | null = null;
  private slot = -1;

  constructor(
    protected readonly device: GPUDevice,
    private readonly steps: StepSlots,
    private readonly scratch: (bytes: number) => GPUBuffer,
  ) {
    this.encoder = device.createCommandEncoder();
  }

  replay(capture: Capture, input: number, slot: number): void {
    capture.encode(this, input, slot);
  }

  /** `slot` is the step slot, which a kernel that reads none has no use for; `workgroups` stands in place of the command's grid. */
  dispatch({ pipeline, grid: [x, y, z], slotGroup }: DispatchCommand, group: GPUBindGroup, slot: number, workgroups: Region | null): void {
    const pass = (this.pass ??= this.encoder.beginComputePass());
    if (pipeline !== this.pipeline) pass.setPipeline((this.pipeline = pipeline).pipeline);
    if (slotGroup) {
      pass.setBindGroup(1, slotGroup, [0]);
      this.slot = -1;
    } else if (slot >= 0 && slot !== this.slot) {
      pass.setBindGroup(1, this.steps.group, [(this.slot = slot) * SLOT_BYTES]);
    }
    pass.setBindGroup(0, group);
    if (workgroups) pass.dispatchWorkgroupsIndirect(workgroups.buffer, workgroups.offset);
    else pass.dispatchWorkgroups(x, y, z);
  }

  copy(from: Region, to: Region, length: number): void {
    this.endPass();
    // WebGPU copies whole words: an odd f16 takes its padding along.
    const bytes = roundUp(length, 4);
    if (from.buffer === to.buffer) {
      // Neighbours in an arena: WebGPU copies between two buffers only.
      const between = this.scratch(bytes);
      this.encoder.copyBufferToBuffer(from.buffer, from.offset, between, 0, bytes);
      this.encoder.copyBufferToBuffer(between, 0, to.buffer, to.offset, bytes);
      return;
    }
    this.encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, bytes);
  }

  submit(): void {
    this.endPass();
    this.device.queue.submit([this.encoder.finish()]);
  }

  protected endPass(): void {
    this.pass?.end();
    this.pass = this.pipeline = null;
    this.slot = -1;
  }
}
