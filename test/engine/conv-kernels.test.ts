/** The kernels of convolutions that no software adapter takes by itself. */
import { cases, define, large, rectified } from '../support/conv-cases';

define('naive, every activation', {}, cases, 48, { variant: 'naive' });
define('tile-32', {}, rectified, 24, { variant: 'tile-32' });
define('tile-32, many workgroups', {}, large, 8, { variant: 'tile-32' });
define('subgroups of four lanes', {}, rectified, 24, { variant: 'broadcast', device: { software: true, subgroup: 4 } });
