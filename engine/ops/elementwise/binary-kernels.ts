/** The kernels of binary ops; reductions fold with the same `combine`. */
import { math, nan } from '../../../shaders/lib';
import floatSource from '../../../shaders/elementwise/binary-float.wgsl';
import intSource from '../../../shaders/elementwise/binary-int.wgsl';
import { definePair } from './pairwise';

/** `combine` on f32, and on i32 and u32. */
export const combineFloat = [math, nan, { name: 'elementwise/binary-float', source: floatSource }];
export const combineInt = [{ name: 'elementwise/binary-int', source: intSource }];

export const floats = definePair(...combineFloat);
export const ints = definePair(...combineInt);
