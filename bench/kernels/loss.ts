/** Softmax and cross-entropy in one, with its gradient, beside the same in separate ops. */
import { GradientTape } from '../../engine/autodiff/grad';
import { logSoftmax, mul, neg, oneHot, sparseSoftmaxCrossEntropy, sum } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import type { TypedArray } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, randomArray, randomIds } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

function benchmark(rows: number, classes: number): KernelBenchmark {
  return {
    name: `loss softmax cross-entropy with gradient, ${rows} × ${classes}`,
    // Forward and backward each: subtract the maximum, exponential, sum; then the loss, or the probability less the label.
    flops: 2 * 4 * rows * classes,
    bytes: 4 * (3 * rows * classes + 2 * rows),
    setUp(): Trial {
      const [array, classOf] = [randomArray([rows, classes], 1, 3), randomIds([rows], classes, 2)];
      const [logits, labels] = [tensor(array), tensor(classOf)];
      const withGradient = (loss: () => Tensor) => () => {
        const tape = new GradientTape();
        tape.watch(logits);
        const losses = tape.record(loss);
        return [losses, ...(tape.gradient(losses, [logits]) as Tensor[])];
      };
      const fused = replayed(withGradient(() => sparseSoftmaxCrossEntropy(logits, labels)));
      const composed = replayed(withGradient(() => neg(sum(mul(logSoftmax(logits), oneHot(labels, classes)), 1))));
      return {
        run: fused,
        naive: composed,
        check: (results) => check(array.data, classOf.data, classes, results),
        dispose: () => [fused, composed, logits, labels].forEach((one) => one.dispose()),
      };
    },
  };
}

function check(logits: TypedArray, labels: TypedArray, classes: number, [losses, gradient]: readonly TypedArray[]): void {
  const rows = Math.min(labels.length, 100);
  const wantLosses = new Float64Array(rows);
  const wantGradient = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const exps = Float64Array.from(logits.subarray(i * classes, (i + 1) * classes), Math.exp);
    const total = exps.reduce((a, b) => a + b, 0);
    wantLosses[i] = -Math.log(exps[labels[i]] / total);
    exps.forEach((value, j) => (wantGradient[i * classes + j] = value / total - (j === labels[i] ? 1 : 0)));
  }
  expectClose('losses', losses, wantLosses, 1e-5);
  expectClose('gradient', gradient, wantGradient, 1e-5);
}

export const loss: readonly KernelBenchmark[] = [benchmark(32, 10), benchmark(512, 10), benchmark(4096, 1000)];
