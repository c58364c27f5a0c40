/** Layers: outputs, gradients, shapes, weights, masks, configuration and a training step, against the real Keras. */
import { suite } from 'uvu';
import { close, init } from '../../engine/gpu/gpu';
import { readGolden } from '../support/golden';
import { hasLayer, type LayerCase, runLayerTest } from '../support/run-layer-test';

const test = suite('layers, golden');
test.before(async () => void (await init()));
test.after(close);

for (const family of ['layers', 'embedding']) {
  for (const golden of readGolden<{ readonly cases: readonly LayerCase[] }>(family).cases) {
    if (hasLayer(golden)) test(golden.name, () => runLayerTest(golden));
    else test.skip(`${golden.name}: nn has no ${golden.layer}`, () => {});
  }
}

test.run();
