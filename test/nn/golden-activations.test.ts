/** Activation functions: values and gradients against the real Keras. */
import { suite } from 'uvu';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { elu, gelu, leakyRelu, mul } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import { scope } from '../../engine/tensor/scope';
import type { HostArray } from '../../engine/tensor/host-array';
import { type Activation, activationFrom, relu } from '../../nn/activations';
import { expectClose, readGolden } from '../support/golden';

interface Golden {
  readonly input: HostArray;
  readonly upstream: HostArray;
  readonly cases: readonly {
    readonly activation: string;
    readonly config: { readonly approximate?: boolean; readonly alpha?: number; readonly negativeSlope?: number; readonly maxValue?: number; readonly threshold?: number };
    readonly output: HostArray;
    readonly gradient: HostArray;
  }[];
}

const { input, upstream, cases } = readGolden<Golden>('activations');
/** The largest inputs are 80: a few of f32's steps near 1, where Keras itself rounds 1 + tanh and 1 − y². */
const tolerance = { rtol: 5e-6, atol: 1e-6 };

const test = suite('activations, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { activation, config, output, gradient } of cases) {
  const options = Object.entries(config).map(([name, value]) => ` ${name} ${value}`).join('');
  test(`${activation}${options}`, async () => {
    const fn = activationOf(activation, config);
    const { value, gradients } = scope(() => valueAndGrad((x) => mul(fn(x), upstream))(input));
    await expectClose(scope(() => fn(tensor(input))), output, tolerance, 'output');
    await expectClose(gradients[0], gradient, tolerance, 'gradient');
    value.dispose();
  });
}

function activationOf(name: string, config: Golden['cases'][number]['config']): Activation {
  const { approximate, alpha, negativeSlope } = config;
  if (name === 'relu') return (x) => relu(x, config);
  if (approximate !== undefined) return (x) => gelu(x, approximate);
  if (alpha !== undefined) return (x) => elu(x, alpha);
  if (negativeSlope !== undefined) return (x) => leakyRelu(x, negativeSlope);
  return activationFrom(name);
}

test.run();
