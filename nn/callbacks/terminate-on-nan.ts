import { host } from '#platform';
import { Callback, type Logs } from './callback';

/** Ends training once the loss is NaN or infinite. It reads the loss back after every batch. https://keras.io/api/callbacks/terminate_on_nan/ */
export class TerminateOnNaN extends Callback {
  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (Number.isFinite(loss)) return;
    host.terminal.write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
