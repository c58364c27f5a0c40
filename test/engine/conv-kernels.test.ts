/** The kernels of convolutions that no software adapter takes by itself. */
import { cases, define, large, rectified } from '../support/conv-cases';

define('naive, every activation', {}, cases, 48, 'naive');
define('tile-32', {}, rectified, 24, 'tile-32');
define('tile-32, many workgroups', {}, large, 8, 'tile-32');
define('subgroups of four lanes', {}, rectified, 24, 'broadcast', { software: true, subgroup: 4 });
