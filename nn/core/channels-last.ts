/** What layers over time and images take: the channels as the last axis. */
import { ShapeError, ValueError } from '../../engine/errors';
import { formatShape } from '../../engine/tensor/shape';
import { lookUp } from './names';
import type { PartialShape } from './structure';

export type DataFormat = 'channels_last' | 'channelsLast';

/** Throws unless channels come last, as everywhere in wgrad. */
export function checkDataFormat(layer: string, format: string = 'channels_last'): void {
  if (lookUp('data format', format, { channels_last: true, channels_first: false })) return;
  throw new ValueError(`Layer "${layer}": dataFormat is "${format}", but wgrad keeps channels last. Move them there with layers.permute.`);
}

/** Throws unless the shape is [batch, steps, channels] (one axis) or [batch, height, width, channels] (two). */
export function checkSpatial(layer: string, shape: PartialShape, axes: number): void {
  if (shape.length === axes + 2) return;
  throw new ShapeError(`Layer "${layer}" takes [batch, ${axes === 1 ? 'steps' : 'height, width'}, channels]; got ${formatShape(shape)}.`);
}
