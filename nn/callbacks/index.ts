/** Callbacks as functions of their options: `callbacks.earlyStopping({ monitor: 'val_loss', patience: 10 })`. */
import { CSVLogger, type CsvLoggerConfig } from './csv-logger';
import { EarlyStopping, type EarlyStoppingConfig } from './early-stopping';
import { type EpochSchedule, LearningRateScheduler } from './learning-rate-scheduler';
import { ModelCheckpoint, type ModelCheckpointConfig } from './model-checkpoint';
import { ReduceLROnPlateau, type ReduceLROnPlateauConfig } from './reduce-lr-on-plateau';
import { TensorBoard, type TensorBoardConfig } from './tensorboard/index';
import { TerminateOnNaN } from './terminate-on-nan';

export { Callback } from './callback';
export { CSVLogger, EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau, TensorBoard, TerminateOnNaN };

export const csvLogger = (filename: string, config?: CsvLoggerConfig): CSVLogger => new CSVLogger(filename, config);
export const earlyStopping = (config?: EarlyStoppingConfig): EarlyStopping => new EarlyStopping(config);
export const learningRateScheduler = (schedule: EpochSchedule, config?: { readonly verbose?: 0 | 1 }): LearningRateScheduler =>
  new LearningRateScheduler(schedule, config);
export const modelCheckpoint = (config: ModelCheckpointConfig): ModelCheckpoint => new ModelCheckpoint(config);
export const reduceLROnPlateau = (config?: ReduceLROnPlateauConfig): ReduceLROnPlateau => new ReduceLROnPlateau(config);
export const tensorBoard = (config?: TensorBoardConfig): TensorBoard => new TensorBoard(config);
export const terminateOnNaN = (): TerminateOnNaN => new TerminateOnNaN();
