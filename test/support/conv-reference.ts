/** Convolution by plain loops, in f64. */
import type { ConvPadding } from '../../engine/ops/conv/conv-geometry';
import { sizeOf } from '../../engine/tensor/shape';
import { indexAt, ref, type Ref } from './reference';

interface Attrs {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: ConvPadding;
}

/** [batch, …axes, channels] under filters [taps…, channels / groups, filters]; `scale` holds the sums of absolute values. */
export function convReference(x: Ref, w: Ref, bias: Ref | undefined, { strides, dilation, padding }: Attrs): Ref {
  const taps = w.shape.slice(0, -2);
  const axes = taps.map((count, a) => {
    const [n, stride, span] = [x.shape[a + 1], strides[a], (count - 1) * dilation[a]];
    const results = Math.ceil((padding === 'valid' ? n - span : n) / stride);
    const before = { valid: 0, same: Math.floor(Math.max(0, (results - 1) * stride + span + 1 - n) / 2), causal: span }[padding];
    return { n, stride, before, results };
  });
  const [perGroup, outputs] = w.shape.slice(-2);
  const inputs = x.shape.at(-1)!;
  const perOutput = outputs / (inputs / perGroup);
  const shape = [x.shape[0], ...axes.map(({ results }) => results), outputs];
  const size = sizeOf(shape);
  const y = ref(shape, undefined, new Float64Array(size));
  const allTaps = Array.from({ length: sizeOf(taps) }, (_, t) => indexAt(taps, t));
  for (let o = 0; o < size; o += outputs) {
    const at = indexAt(shape, o);
    for (let k = 0; k < outputs; k++) {
      y.data[o + k] = bias?.data[k] ?? 0;
      y.scale![o + k] = Math.abs(y.data[o + k]);
    }
    allTaps.forEach((tap, t) => {
      let pixel = at[0];
      for (let a = 0; a < axes.length; a++) {
        const place = at[a + 1] * axes[a].stride - axes[a].before + tap[a] * dilation[a];
        if (place < 0 || place >= axes[a].n) return;
        pixel = pixel * axes[a].n + place;
      }
      for (let c = 0; c < perGroup; c++) {
        const from = (t * perGroup + c) * outputs;
        for (let k = 0; k < outputs; k++) {
          const product = x.data[pixel * inputs + Math.floor(k / perOutput) * perGroup + c] * w.data[from + k];
          y.data[o + k] += product;
          y.scale![o + k] += Math.abs(product);
        }
      }
    });
  }
  return y;
}
