/** Recurrent layers over whole sequences, and their steps. */
export { type CellActivation, isKnownActivation, type KnownActivation } from './activation';
export { gru, type GruOptions, gruStep } from './gru';
export { lstm, lstmStep } from './lstm';
export type { Sequence, SequenceOptions } from './sequence';
export { simpleRnn, simpleRnnStep } from './simple-rnn';
export { type Step, steps } from './steps';
