/** Convolutions of f16: every kernel, with filters in f32 and in f16, and larger than a binding. */
import { define, large, pieces, rectified } from '../support/conv-cases';

const mixed = { dtypes: ['f16', 'f32', 'f32'] } as const;
const halves = { dtypes: ['f16', 'f16', 'f16'] } as const;

define('f16 by f32 filters', {}, rectified, 48, mixed);
define('all f16', {}, rectified, 24, halves);
define('f32 to f16', {}, rectified, 24, { dtype: 'f16' });
define('f16 to f32', {}, rectified, 24, { ...mixed, dtype: 'f32' });
define('many workgroups', {}, large, 8, mixed);
define('beyond one binding', { maxBindingBytes: 4096 }, pieces, 16, mixed);
define('naive', {}, rectified, 24, { ...mixed, variant: 'naive' });
define('tile-32', {}, rectified, 24, { ...mixed, variant: 'tile-32' });
define('tile-32, all f16', {}, rectified, 16, { ...halves, variant: 'tile-32' });
