/** What ops of several tensors take: tensors of one dtype, and numbers, which adopt it. */
import { DtypeError } from '../../errors';
import { gpu, type Gpu } from '../../gpu/gpu';
import { asTensor, tensor, type TensorLike } from '../../tensor/create';
import { type Dtype, isFloat } from '../../tensor/dtype';
import { keep } from '../../tensor/scope';
import type { Tensor } from '../../tensor/tensor';

/** Tensors of one dtype from what an op takes: numbers adopt the dtype of the others (f32 if there are only numbers). */
export function operands(op: string, ...values: TensorLike[]): Tensor[] {
  const tensors = values.map((value) => (typeof value === 'number' ? null : asTensor(value)));
  const dtypes = new Set(tensors.flatMap((t) => (t ? [t.dtype] : [])));
  if (dtypes.size > 1) throw new DtypeError(`${op}: operands are ${[...dtypes].join(' and ')}; convert one of them with cast.`);
  const [dtype = 'f32'] = dtypes;
  return tensors.map((t, i) => t ?? constant(op, values[i] as number, dtype));
}

const MAX_CONSTANTS = 1024;
const constants = new WeakMap<Gpu, Map<string, Tensor>>();

/** A scalar tensor, made once per value: numbers in formulas cost no dispatch and no upload per step. */
function constant(op: string, value: number, dtype: Dtype): Tensor {
  if (!isFloat(dtype) && !Number.isInteger(value)) {
    throw new DtypeError(`${op}: ${value} is not a whole number, but the other operand is ${dtype}; convert it with cast.`);
  }
  let known = constants.get(gpu());
  if (!known) constants.set(gpu(), (known = new Map()));
  const key = `${dtype}${Object.is(value, -0) ? '-0' : value}`;
  const old = known.get(key);
  if (old) return old;
  const made = tensor(value, dtype);
  if (known.size < MAX_CONSTANTS) known.set(key, keep(made));
  return made;
}
