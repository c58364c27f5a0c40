/**
 * Reads one thing out of Python's pickle format (protocol 2; the opcodes are described in CPython's pickletools.py):
 * NumPy's array of objects, each a list of integers. A pickle is a program for a stack machine; this machine knows
 * only the opcodes that such an array takes, and what they make is inert: names are compared with three known ones and
 * never looked up, calls are noted and never made. Nothing reads the memo, so no value can be used twice and
 * what is made stays in proportion to the bytes read.
 */
import { DataError } from '../../engine/errors';

/** A name of Python's; `module name`. */
class Global {
  constructor(readonly name: string) {}
}

class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** What a call of `maker` would have made, and the state that it was given afterwards. */
class Made {
  state: Value = null;
  constructor(readonly maker: string) {}
}

type Value = number | string | false | null | Value[] | Global | Tuple | Made;

const RECONSTRUCT = 'numpy.core.multiarray _reconstruct';
const DTYPE = 'numpy dtype';
const GLOBALS = new Set([RECONSTRUCT, DTYPE, 'numpy ndarray']);

/** All but the elements takes 15 values; marks nest three deep. */
const MAX_OTHERS = 100;
const MAX_MARKS = 16;

/**
 * The `count` lists of integers in an object array's pickle. Throws a DataError, with the offset, for anything else.
 * `path` names the pickle in errors.
 */
export function readPickledLists(bytes: Uint8Array, count: number, path: string): Int32Array[] {
  const made = new Machine(bytes, count + 1, path).run();
  // The state of an ndarray: version, shape, dtype, whether in Fortran order, elements.
  const lists = made instanceof Made && made.maker === RECONSTRUCT && made.state instanceof Tuple ? made.state.items[4] : undefined;
  if (!Array.isArray(lists)) throw new DataError(`${path}: the pickle does not hold a NumPy array of objects.`);
  if (lists.length !== count) throw new DataError(`${path}: the pickle holds ${lists.length} elements; expected ${count}.`);
  return lists.map((list, i) => {
    if (!Array.isArray(list)) throw new DataError(`${path}: element ${i} is no list; expected lists of integers.`);
    const wrong = list.findIndex((value) => typeof value !== 'number');
    if (wrong >= 0) throw new DataError(`${path}: element ${i} holds something else than an integer at ${wrong}.`);
    return Int32Array.from(list as number[]);
  });
}

class Machine {
  private readonly view: DataView;
  private at = 0;
  private stack: Value[] = [];
  /** The stacks below the open marks. */
  private readonly below: Value[][] = [];
  private others = 0;

  constructor(private readonly bytes: Uint8Array, private lists: number, private readonly path: string) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Value {
    for (;;) {
      const start = this.at;
      switch (this.byte()) {
        case 0x4b: // BININT1
          this.stack.push(this.byte());
          break;
        case 0x4d: // BININT2
          this.stack.push(this.view.getUint16(this.skip(2), true));
          break;
        case 0x4a: // BININT
          this.stack.push(this.view.getInt32(this.skip(4), true));
          break;
        case 0x28: // MARK
          if (this.below.length === MAX_MARKS) this.fail(`more than ${MAX_MARKS} marks are open`, start);
          this.below.push(this.stack);
          this.stack = [];
          break;
        case 0x5d: // EMPTY_LIST
          if (--this.lists < 0) this.fail('more lists than the array has elements', start);
          this.stack.push([]);
          break;
        case 0x61: { // APPEND
          const value = this.pop();
          this.list().push(value);
          break;
        }
        case 0x65: { // APPENDS
          const values = this.sinceMark();
          const list = this.list();
          for (const value of values) list.push(value);
          break;
        }
        case 0x71: // BINPUT
          this.skip(1);
          break;
        case 0x72: // LONG_BINPUT
          this.skip(4);
          break;
        case 0x80: { // PROTO
          const version = this.byte();
          if (version !== 2) this.fail(`the pickle has protocol ${version}; expected 2`, start);
          break;
        }
        case 0x63: // GLOBAL
          this.push(this.global());
          break;
        case 0x55: // SHORT_BINSTRING
          this.push(this.text(this.byte()));
          break;
        case 0x4e: // NONE
          this.push(null);
          break;
        case 0x89: // NEWFALSE
          this.push(false);
          break;
        case 0x85: // TUPLE1
          this.push(new Tuple([this.pop()]));
          break;
        case 0x87: { // TUPLE3
          const [c, b, a] = [this.pop(), this.pop(), this.pop()];
          this.push(new Tuple([a, b, c]));
          break;
        }
        case 0x74: // TUPLE
          this.push(new Tuple(this.sinceMark()));
          break;
        case 0x52: // REDUCE
          this.reduce(start);
          break;
        case 0x62: // BUILD
          this.build(start);
          break;
        case 0x2e: // STOP
          if (this.stack.length !== 1 || this.below.length > 0) this.fail('it does not end with one value', start);
          if (this.at !== this.bytes.length) this.fail(`${this.bytes.length - this.at} bytes follow its end`, start);
          return this.stack[0];
        default:
          this.refuse(start);
      }
    }
  }

  /** A call: noted if it makes an array or an element type. */
  private reduce(start: number): void {
    const args = this.pop();
    const callee = this.pop();
    const known = callee instanceof Global && (callee.name === RECONSTRUCT || callee.name === DTYPE);
    if (!known || !(args instanceof Tuple)) this.fail('a call of something else than numpy\'s _reconstruct or dtype', start);
    this.push(new Made(callee.name));
  }

  private build(start: number): void {
    const state = this.pop();
    const target = this.stack[this.stack.length - 1];
    if (!(target instanceof Made)) this.fail('a state for something that was not made', start);
    target.state = state;
  }

  private global(): Global {
    const start = this.at;
    const name = `${this.line()} ${this.line()}`;
    if (!GLOBALS.has(name)) this.fail(`the name "${name}" is none of ${[...GLOBALS].join(', ')}`, start);
    return new Global(name);
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    // Known names are short, and damaged ones need not be shown whole.
    const text = this.text(end < 0 || end - this.at > 40 ? 40 : end - this.at);
    this.skip(1);
    return text;
  }

  private text(length: number): string {
    const start = this.skip(length);
    return String.fromCharCode(...this.bytes.subarray(start, start + length));
  }

  /** For the few values that are neither integers nor lists. */
  private push(value: Value): void {
    if (++this.others > MAX_OTHERS) this.fail(`more than ${MAX_OTHERS} values are neither integers nor lists`, this.at);
    this.stack.push(value);
  }

  private pop(): Value {
    if (this.stack.length === 0) this.fail('the stack is empty', this.at);
    return this.stack.pop()!;
  }

  private list(): Value[] {
    const top = this.stack[this.stack.length - 1];
    if (!Array.isArray(top)) this.fail('nothing to append to', this.at);
    return top;
  }

  private sinceMark(): Value[] {
    const values = this.stack;
    const below = this.below.pop();
    if (!below) this.fail('no mark is open', this.at);
    this.stack = below;
    return values;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) this.fail('it is cut off', this.at);
    return this.bytes[this.at++];
  }

  /** The place of the next `n` bytes, which are taken. */
  private skip(n: number): number {
    const start = this.at;
    if (start + n > this.bytes.length) this.fail('it is cut off', start);
    this.at += n;
    return start;
  }

  private refuse(start: number): never {
    const code = this.bytes[start];
    const name = refused.get(code) ?? (code > 0x20 && code < 0x7f ? `"${String.fromCharCode(code)}"` : 'unknown');
    this.fail(`opcode ${name} (0x${code.toString(16).padStart(2, '0')}) has no place in lists of integers, and is refused`, start);
  }

  private fail(why: string, at: number): never {
    throw new DataError(`${this.path}: the pickle is damaged or of another kind: ${why}, at offset ${at} of ${this.bytes.length}.`);
  }
}

/** Names for messages: what other pickles hold, and what would run code. */
const refused = new Map([
  [0x68, 'BINGET'], [0x6a, 'LONG_BINGET'], [0x67, 'GET'], [0x32, 'DUP'], [0x30, 'POP'], [0x69, 'INST'], [0x6f, 'OBJ'],
  [0x81, 'NEWOBJ'], [0x92, 'NEWOBJ_EX'], [0x93, 'STACK_GLOBAL'], [0x82, 'EXT1'], [0x83, 'EXT2'], [0x84, 'EXT4'],
  [0x50, 'PERSID'], [0x51, 'BINPERSID'], [0x7d, 'EMPTY_DICT'], [0x75, 'SETITEMS'], [0x73, 'SETITEM'], [0x47, 'BINFLOAT'],
  [0x58, 'BINUNICODE'], [0x8c, 'SHORT_BINUNICODE'], [0x8a, 'LONG1'], [0x8b, 'LONG4'], [0x86, 'TUPLE2'], [0x29, 'EMPTY_TUPLE'],
  [0x88, 'NEWTRUE'], [0x94, 'MEMOIZE'], [0x95, 'FRAME'], [0x54, 'BINSTRING'], [0x43, 'SHORT_BINBYTES'], [0x42, 'BINBYTES'],
]);
