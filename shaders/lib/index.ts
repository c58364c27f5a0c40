/** Functions shared by kernels; a kernel lists the ones it uses. WGSL is order-free, so linking is joining. */
import gridSource from './grid.wgsl';
import stepSource from './step.wgsl';

export const grid = { name: 'lib/grid', source: gridSource };
export const step = { name: 'lib/step', source: stepSource };
