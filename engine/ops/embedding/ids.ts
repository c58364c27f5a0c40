/** What the ops have in common that look rows up by id. */
import type { Bindable } from '../../gpu/storage';
import { lineWindow, type Window } from '../../gpu/windows';

export interface IdsWindow {
  readonly ids: Bindable;
  /** The row whose id is the window's first element. */
  readonly start: number;
}

/** The ids of the rows in which elements `start` to `start + length` of a [rows, width] tensor lie. */
export function idsOf(ids: Bindable, { start, length }: Window, width: number): IdsWindow {
  const row = Math.floor(start / width);
  const rows = Math.ceil((start + length) / width) - row;
  const { window, base } = lineWindow(ids, row, rows);
  return { ids: window, start: row - base };
}
