/** Functions shared by kernels; a kernel lists the ones it uses. WGSL is order-free, so linking is joining. */
import gridSource from './grid.wgsl';
import mathSource from './math.wgsl';
import nanSource from './nan.wgsl';
import stepSource from './step.wgsl';

export const grid = { name: 'lib/grid', source: gridSource };
export const math = { name: 'lib/math', source: mathSource };
export const nan = { name: 'lib/nan', source: nanSource };
export const step = { name: 'lib/step', source: stepSource };
