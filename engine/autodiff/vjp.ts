import type { Tensor } from '../tensor/tensor';
import { backward } from './backward';
import { Tape, withTape } from './tape';

/** dy · df/dx of a function written with ops, at one input; `null` where f does not depend on it. */
export function vjp(f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): Tensor | null {
  const tape = new Tape();
  tape.watch(x);
  return backward(tape, withTape(tape, () => f(x)), dy, [x])[0];
}
