/**
 * Parameters side by side in one buffer, so that one dispatch updates them all. Gradients and moments lie
 * in buffers of their own at the same offsets. Weights are born in buffers of their own and move in here.
 */
import { gpu, invalidateCaptures } from '../gpu/gpu';
import { roundUp } from '../gpu/grid';
import { type Bindable, type Region, Storage } from '../gpu/storage';
import { fillWith } from '../ops/elementwise/fill';
import { BYTES_PER_ELEMENT } from '../tensor/dtype';
import { keep } from '../tensor/scope';
import { empty, type Tensor } from '../tensor/tensor';
import type { Variable } from '../tensor/variable';
import { expectsRowGradients, type PlacedGradient, type RowGradient } from './row-gradients';
import { TouchedRows } from './touched-rows';

/** Every parameter starts where any adapter lets a binding start; what lies between is padding. */
const ALIGN = 256;

/** A run of neighbouring parameters within one binding. */
export interface ArenaRange {
  readonly parameters: Bindable;
  readonly gradients: Bindable;
  /** One per state of the optimizer (moments), in its order. */
  readonly states: readonly Bindable[];
  /** Elements, padding included. */
  readonly size: number;
  /** Where each parameter lies in the run, in elements; what is in no member is padding. */
  readonly members: readonly Member[];
  /** A parameter [rows, width], width a multiple of 4, whose gradient is not in `gradients`. */
  readonly table?: Member & { readonly gradient: PlacedGradient };
}

interface Member {
  readonly start: number;
  readonly length: number;
}

/** A table, of which a batch names few rows. */
export interface RowRange {
  /** Rows and their width. */
  readonly shape: readonly [number, number];
  readonly parameters: Bindable;
  readonly states: readonly Bindable[];
  readonly gradient: RowGradient;
  readonly touched: TouchedRows;
}

/** Parameters hold on to it, so that it lives as long as one lies in it, even if the optimizer is gone; it must not hold on to them. */
interface Memory {
  readonly parameters: Tensor;
  release(): void;
}

interface Block {
  readonly memory: Memory;
  readonly variables: readonly Variable[];
  readonly offsets: ReadonlyMap<Variable, number>;
  readonly bytes: number;
  readonly parameters: Tensor;
  /** Made when first asked for. */
  readonly gradients: Tensor;
  readonly states: readonly Tensor[];
}

export class Arena {
  private readonly blocks: readonly Block[];
  private readonly touched = new Map<Variable, TouchedRows>();

  /** Moves `variables` in; a buffer of the same layout comes with them for each of `states`, filled with that number. */
  constructor(readonly variables: readonly Variable[], states: readonly number[]) {
    this.blocks = split(variables).map((members) => makeBlock(members, states.length));
    gpu().recorder.immediately(() => {
      for (const block of this.blocks) block.states.forEach((state, i) => fillWith(state, states[i]));
    });
    this.gather();
  }

  /** Moves those variables (back) in that lie elsewhere: new ones, and those that another arena has taken since. */
  gather(): void {
    const away = this.blocks.flatMap((block) =>
      block.variables
        .map((variable) => ({ block, storage: variable.value.storage, region: regionOf(block.parameters, block, variable) }))
        .filter(({ storage, region }) => storage.region?.buffer !== region.buffer),
    );
    if (away.length === 0) return;
    const { recorder } = gpu();
    recorder.immediately(() => {
      // Commands find their storages' places when they are encoded: those before the move want the old ones.
      recorder.flush();
      for (const { block, storage, region } of away) move(storage, region, block);
    });
    invalidateCaptures();
  }

  holds(variable: Variable): boolean {
    return this.blocks.some(({ offsets }) => offsets.has(variable));
  }

  /** State `index` of a variable, as a tensor that shares the arena's memory. */
  state(variable: Variable, index: number): Bindable {
    const block = this.blockOf(variable);
    return part(block.states[index], block.offsets.get(variable)!, variable.value.byteLength);
  }

  /** Makes `gradient` land in the arena: by placing it there before it is computed, or by a copy. */
  collect(variable: Variable, gradient: Tensor): void {
    const block = this.blockOf(variable);
    const region = regionOf(block.gradients, block, variable);
    const { storage, byteOffset } = gradient;
    const { recorder } = gpu();
    const free = !storage.region && !storage.slots && !storage.upload && byteOffset === 0 && storage.bytes <= region.size;
    // A gradient that others are computed from stays outside: no dispatch may read and write the same buffer.
    if (free && !recorder.isRead(storage)) storage.region = region;
    else recorder.copy(gradient, part(block.gradients, block.offsets.get(variable)!, gradient.byteLength));
  }

  /** Whether the variable is a table whose gradients are kept by row. */
  keepsRows(variable: Variable): boolean {
    return this.blockOf(variable).parameters === variable.value;
  }

  /** The rows of a table that ever had a gradient. */
  touchedRows(table: Variable): TouchedRows {
    const touched = this.touched.get(table) ?? new TouchedRows(table.shape[0]);
    this.touched.set(table, touched);
    return touched;
  }

  /** A table with the gradient of some of its rows. */
  rows(table: Variable, gradient: RowGradient): RowRange {
    const { parameters, states } = this.blockOf(table);
    return { shape: [table.shape[0], table.size / table.shape[0]], parameters, states, gradient, touched: this.touchedRows(table) };
  }

  /**
   * The runs of parameters that `variables` (in any order) make up: one per block if they are all of them. The gradients of those in
   * `placed`, at most one per block, were not collected.
   */
  ranges(variables: ReadonlySet<Variable>, placed: ReadonlyMap<Variable, PlacedGradient> = new Map()): ArenaRange[] {
    const ranges: ArenaRange[] = [];
    for (const block of this.blocks) {
      let start = -1;
      for (const variable of [...block.variables, null]) {
        const offset = variable ? block.offsets.get(variable)! : block.bytes;
        const included = variable !== null && variables.has(variable);
        if (included && start < 0) start = offset;
        if (!included && start >= 0) {
          const length = offset - start;
          const members = block.variables.filter((other) => inRun(block.offsets.get(other)!, start, offset));
          const memberOf = (other: Variable): Member => ({ start: (block.offsets.get(other)! - start) / BYTES_PER_ELEMENT, length: other.size });
          const table = members.find((other) => placed.has(other));
          ranges.push({
            parameters: part(block.parameters, start, length),
            gradients: part(block.gradients, start, length),
            states: block.states.map((state) => part(state, start, length)),
            size: length / BYTES_PER_ELEMENT,
            members: members.map(memberOf),
            ...(table && { table: { ...memberOf(table), gradient: placed.get(table)! } }),
          });
          start = -1;
        }
      }
    }
    return ranges;
  }

  private blockOf(variable: Variable): Block {
    return this.blocks.find(({ offsets }) => offsets.has(variable))!;
  }
}

/** Groups variables so that no block outgrows a binding (a single variable may). Tables whose gradients come by row stay by themselves. */
function split(variables: readonly Variable[]): Variable[][] {
  const groups: Variable[][] = variables.filter(staysAlone).map((table) => [table]);
  let room = 0;
  for (const variable of variables) {
    if (staysAlone(variable)) continue;
    const bytes = roundUp(variable.value.byteLength, ALIGN);
    if (room === 0 || bytes > room) {
      groups.push([]);
      room = gpu().maxBindingBytes;
    }
    groups[groups.length - 1].push(variable);
    room -= bytes;
  }
  return groups;
}

/** A table stays where it is, if lists of its rows fit a binding. */
function staysAlone(variable: Variable): boolean {
  const { shape, byteOffset } = variable.value;
  return expectsRowGradients(variable) && shape.length === 2 && byteOffset === 0 && (1 + shape[0]) * BYTES_PER_ELEMENT <= gpu().maxBindingBytes;
}

function makeBlock(variables: readonly Variable[], states: number): Block {
  const offsets = new Map<Variable, number>();
  let bytes = 0;
  for (const variable of variables) {
    offsets.set(variable, bytes);
    bytes += Math.max(ALIGN, roundUp(variable.value.byteLength, ALIGN));
  }
  const buffer = (): Tensor => {
    const tensor = keep(empty([bytes / BYTES_PER_ELEMENT]));
    gpu().recorder.place(tensor.storage);
    return tensor;
  };
  const [{ value }] = variables;
  if (staysAlone(variables[0])) gpu().recorder.place(value.storage);
  const parameters = staysAlone(variables[0]) ? value : buffer();
  let gradients: Tensor | null = null;
  return {
    memory: { parameters, release() {} },
    variables, offsets, bytes, parameters,
    get gradients() {
      return (gradients ??= buffer());
    },
    states: Array.from({ length: states }, buffer),
  };
}

function part({ storage }: Bindable, byteOffset: number, byteLength: number): Bindable {
  return { storage, byteOffset, byteLength };
}

function inRun(offset: number, start: number, end: number): boolean {
  return offset >= start && offset < end;
}

function regionOf(whole: Tensor, block: Block, variable: Variable): Region {
  const { buffer, offset } = whole.storage.region!;
  const size = Math.max(ALIGN, roundUp(variable.value.byteLength, ALIGN));
  return { buffer, offset: offset + block.offsets.get(variable)!, size };
}

/** Gives a storage a place in a block and takes its bytes along. */
function move(storage: Storage, to: Region, block: Block): void {
  const { recorder, device } = gpu();
  if (storage.upload) {
    device.queue.writeBuffer(to.buffer, to.offset, storage.upload as Uint8Array<ArrayBuffer>);
    storage.upload = null;
  } else if (storage.region) {
    const [before, after] = [new Storage(storage.bytes), new Storage(storage.bytes)];
    [before.region, before.owner, after.region] = [storage.region, storage.owner, to];
    recorder.copy({ storage: before, byteOffset: 0, byteLength: storage.bytes }, { storage: after, byteOffset: 0, byteLength: storage.bytes });
  }
  storage.region = to;
  storage.owner = block.memory;
}
