/**
 * The rows of a table that ever had a gradient. Methods that leave a weight alone as long as its gradients are 0 (Adam) need not look
 * at any other, and their moments are 0.
 */
import { gpu } from '../gpu/gpu';
import { fill, fillWith } from '../ops/elementwise/fill';
import { touchRows } from '../ops/update/touch-rows';
import { tensor } from '../tensor/create';
import { keep } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

export class TouchedRows {
  /** [1 + rows] u32: how many they are, and which, in any order. */
  readonly list: Tensor;
  /** [rows] u32: 1 + the place of a row in the batch that named it last; 0 where none did. */
  readonly places: Tensor;

  /** None of so many rows. */
  constructor(private readonly rows: number) {
    const zeros = (n: number): Tensor => keep(fill([n], 0, 'u32'));
    let made!: readonly [Tensor, Tensor];
    // They exist before the step that is being captured.
    gpu().recorder.immediately(() => (made = [zeros(1 + rows), zeros(rows)]));
    [this.list, this.places] = made;
  }

  /** Records that the rows of a batch, as RowGradient has them, are among them. */
  add(rows: Tensor): void {
    touchRows(rows, this.places, this.list);
  }

  /** Records that all rows are. */
  addAll(): void {
    fillWith(this.places, 1);
    overwrite(this.list, Uint32Array.from({ length: 1 + this.rows }, (_, i) => (i === 0 ? this.rows : i - 1)));
  }

  /** Those from now on. */
  assign(touched: readonly number[]): void {
    const [list, places] = [new Uint32Array(1 + this.rows), new Uint32Array(this.rows)];
    list.set([touched.length]);
    list.set(touched, 1);
    for (const row of touched) places[row] = 1;
    overwrite(this.list, list);
    overwrite(this.places, places);
  }
}

function overwrite(target: Tensor, values: Uint32Array): void {
  const source = tensor(values);
  gpu().recorder.copy(source, target);
  source.dispose();
}
