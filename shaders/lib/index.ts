/** Functions shared by kernels; a kernel lists the ones it uses. WGSL is order-free, so linking is joining. */
import dropoutSource from './dropout.wgsl';
import gridSource from './grid.wgsl';
import mathSource from './math.wgsl';
import nanSource from './nan.wgsl';
import powerSource from './power.wgsl';
import rowsSource from './rows.wgsl';
import stepSource from './step.wgsl';
import threefrySource from './threefry.wgsl';

export const dropout = { name: 'lib/dropout', source: dropoutSource };
export const grid = { name: 'lib/grid', source: gridSource };
export const math = { name: 'lib/math', source: mathSource };
export const nan = { name: 'lib/nan', source: nanSource };
export const power = { name: 'lib/power', source: powerSource };
export const rows = { name: 'lib/rows', source: rowsSource };
export const step = { name: 'lib/step', source: stepSource };
export const threefry = { name: 'lib/threefry', source: threefrySource };
