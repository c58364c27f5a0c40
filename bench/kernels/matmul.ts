/** Matrix products: the engine's choice beside the naive kernel. */
import { gemm } from '../../engine/ops/matmul/gemm';
import { tensor } from '../../engine/tensor/create';
import type { TypedArray } from '../../engine/tensor/dtype';
import { empty, type Tensor } from '../../engine/tensor/tensor';
import { randomArray, uniform } from '../operands';
import type { KernelBenchmark, Trial } from './benchmark';

interface Product {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const square = (size: number, name = `square ${size}`): Product => ({ name, m: size, n: size, k: size });

/** The products of a dense layer [rows, inputs] → units: forward, and the gradients of its kernel and of its input. */
function layer(name: string, rows: number, inputs: number, units: number): Product[] {
  return [
    { name: `${name} forward`, m: rows, n: units, k: inputs },
    { name: `${name} dW`, m: inputs, n: units, k: rows, transposeA: true },
    { name: `${name} dX`, m: rows, n: inputs, k: units, transposeB: true },
  ];
}

const products: Product[] = [
  ...[256, 512, 1024, 2048, 4096].map((size) => square(size)),
  { ...square(512), name: 'square 512 A transposed', transposeA: true },
  { ...square(512), name: 'square 512 B transposed', transposeB: true },
  { ...square(512), name: 'square 512 both transposed', transposeA: true, transposeB: true },
  square(511),
  ...layer('784 → 128, batch 32,', 32, 784, 128),
  ...layer('784 → 128, batch 512,', 512, 784, 128),
  ...layer('128 → 10, batch 32,', 32, 128, 10),
  ...layer('128 → 10, batch 512,', 512, 128, 10),
  ...layer('16 → 16, batch 512,', 512, 16, 16),
  ...layer('16 → 1, batch 512,', 512, 16, 1),
  ...layer('256 → 512 (LSTM), 32 × 64 tokens,', 2048, 256, 512),
];

/** The naive kernel takes seconds beyond this size on a software adapter. */
const NAIVE_MOST = 2 ** 28;

function benchmark({ name, m, n, k, transposeA = false, transposeB = false }: Product): KernelBenchmark {
  return {
    name: `matmul ${name}`,
    flops: 2 * m * n * k,
    bytes: 4 * (m * k + k * n + m * n),
    large: m * n * k > 2 ** 30,
    setUp({ info }): Trial {
      const [a, b] = [randomArray([m * k], 1), randomArray([k * n], 2)];
      const operands = { a: tensor(a), b: tensor(b) };
      const form = (variant?: 'naive') => (): Tensor[] => {
        const c = empty([m, n]);
        gemm({ batch: 1, m, n, k, transposeA, transposeB, ...operands, c, variant });
        return [c];
      };
      return {
        run: form(),
        naive: m * n * k <= NAIVE_MOST || !info.software ? form('naive') : undefined,
        check: ([c]) => checkProduct(a.data, b.data, c, { name, m, n, k, transposeA, transposeB }),
        dispose: () => Object.values(operands).forEach((operand) => operand.dispose()),
      };
    },
  };
}

/** Some elements against sums in double precision, within what k roundings may cost. */
function checkProduct(a: TypedArray, b: TypedArray, c: TypedArray, { m, n, k, transposeA, transposeB }: Product): void {
  const pick = uniform(3);
  for (let s = 0; s < 200; s++) {
    const i = Math.floor(pick() * m);
    const j = Math.floor(pick() * n);
    let want = 0;
    for (let l = 0; l < k; l++) want += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
    const error = Math.abs(c[i * n + j] - want);
    if (!(error <= 2 ** -23 * (k + 4))) throw new Error(`wrong at [${i}, ${j}]: ${c[i * n + j]}, expected ${want}`);
  }
}

export const matmul: readonly KernelBenchmark[] = products.map(benchmark);
