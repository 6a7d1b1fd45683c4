/**
 * A reader of Python pickles that executes nothing: it builds plain values, and of globals it knows only those
 * the caller lists, each with a function of ours in its place.
 *
 * Protocols 2 to 5 are read, as far as data needs them. Memory is bounded, since every instruction builds at most
 * one value of about the size of its own bytes, and their number is limited; nested values are never walked, so
 * depth costs nothing.
 *
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py for the instructions
 */
import { LabError } from '../../src-shared/errors.ts';

/** A global named by a pickle, as a value: `torch.FloatStorage`. */
export class PickleGlobal {
  /** Module and name, joined by a full stop. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * What stands for a global: a function of ours that is called instead, or `null` when it may only be named. It
 * throws a TypeError or RangeError for arguments that make no sense.
 */
export type PickleFunction = ((...args: unknown[]) => unknown) | null;

/** A value of ours that takes the state a pickle gives an object. */
export abstract class PickleObject {
  /** @throws TypeError or RangeError for a state that makes no sense */
  abstract setState(state: unknown): void;
}

/** What {@link unpickle} may use. */
export interface PickleOptions {
  /** Begins every error: what is being read. */
  readonly source: string;
  /** The only globals a pickle may name. */
  readonly globals: ReadonlyMap<string, PickleFunction>;
  /** Gives the value of a persistent id, which points outside the pickle. */
  readonly persistentLoad?: (id: unknown) => unknown;
}

/** The mark that begins a group of values on the stack. */
const MARK = Symbol('mark');

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value of a pickle: dict as `Map`, list and tuple as arrays, set as `Set`, str as string, bytes as
 * `Uint8Array`, int as number where that is exact, else as bigint, None as null.
 *
 * @throws LabError WEIGHTS_FORBIDDEN_GLOBAL naming a global that is not listed; WEIGHTS_PARSE naming the
 * instruction and place of anything else that is wrong.
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions): unknown {
  return new Unpickler(bytes, options).run();
}

type Instruction = (machine: Unpickler) => void;

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: PickleOptions;
  readonly #memo = new Map<number, unknown>();
  #stack: unknown[] = [];
  #at = 0;
  #instruction = 0;

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  run(): unknown {
    for (let executed = 0; ; executed++) {
      this.#instruction = this.#at;
      if (executed === MAX_INSTRUCTIONS)
        throw this.error(`there are more than ${MAX_INSTRUCTIONS} instructions`);
      const code = this.uint(1);
      if (code === STOP) break;
      const instruction = INSTRUCTIONS.get(code);
      if (instruction === undefined) throw this.error(`instruction 0x${hex(code)} is not supported`);
      instruction(this);
    }
    const value = this.pop();
    if (this.#stack.length > 0) throw this.error(`${this.#stack.length} values are left over at the end`);
    return value;
  }

  error(problem: string, cause?: unknown): LabError {
    return new LabError(
      'WEIGHTS_PARSE',
      `${this.#options.source}: at byte ${this.#instruction} of the pickle, ${problem}.`,
      { hint: 'The file is damaged or incomplete: get it again from where it came.', cause },
    );
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      throw this.error(`${length} bytes are needed, but ${this.#bytes.length - this.#at} are left`);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** An unsigned little-endian integer of 1, 2, 4 or 8 bytes. */
  uint(width: 1 | 2 | 4 | 8): number {
    const at = this.#at;
    this.take(width);
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, true);
    if (width === 4) return this.#view.getUint32(at, true);
    return Number(this.#view.getBigUint64(at, true));
  }

  int32(): number {
    return this.uint(4) | 0;
  }

  float64(): number {
    const at = this.#at;
    this.take(8);
    return this.#view.getFloat64(at, false);
  }

  /** A two's-complement integer of `length` bytes. */
  long(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) {
      throw this.error(`an integer of ${length} bytes is over the limit of ${MAX_INTEGER_BYTES}`);
    }
    let value = 0n;
    for (const byte of this.take(length).toReversed()) value = (value << 8n) | BigInt(byte);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  utf8(length: number): string {
    const bytes = this.take(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      throw this.error('a text is not UTF-8');
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    if (end < 0) throw this.error('a line does not end');
    const text = this.utf8(end - this.#at);
    this.#at += 1;
    return text;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  top(): unknown {
    const value = this.#stack.at(-1);
    if (this.#stack.length === 0 || value === MARK) throw this.error('a value is missing on the stack');
    return value;
  }

  /** Removes the mark and the values above it, and gives these. */
  popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.error('the mark is missing on the stack');
    const values = this.#stack.splice(mark);
    values.shift();
    return values;
  }

  popMany(count: number): unknown[] {
    const values: unknown[] = [];
    for (let index = 0; index < count; index++) values.push(this.pop());
    return values.reverse();
  }

  put(slot: number): void {
    this.#memo.set(slot, this.top());
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(slot: number): void {
    if (!this.#memo.has(slot)) throw this.error(`slot ${slot} of the memo is empty`);
    this.push(this.#memo.get(slot));
  }

  list(): unknown[] {
    const value = this.top();
    if (!Array.isArray(value)) throw this.error('a list is expected');
    return value as unknown[];
  }

  dict(): Map<unknown, unknown> {
    const value = this.top();
    if (!(value instanceof Map)) throw this.error('a dict is expected');
    return value;
  }

  set(): Set<unknown> {
    const value = this.top();
    if (!(value instanceof Set)) throw this.error('a set is expected');
    return value;
  }

  setItems(items: readonly unknown[]): void {
    if (items.length % 2 !== 0) throw this.error('a key has no value');
    const dict = this.dict();
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1]);
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.error('the name of a global is no text');
    const full = `${module}.${name}`;
    if (!this.#options.globals.has(full)) {
      throw new LabError(
        'WEIGHTS_FORBIDDEN_GLOBAL',
        `${this.#options.source}: the pickle names ${full}, which weights do not need; nothing of it was run.`,
        {
          hint: 'If you trust the file, open it in Python and save the model.state_dict() alone, best as safetensors.',
        },
      );
    }
    this.push(new PickleGlobal(full));
  }

  /** Calls what stands for a global. */
  call(callee: unknown, args: unknown): unknown {
    if (!(callee instanceof PickleGlobal)) throw this.error('something that is no function is called');
    const target = this.#options.globals.get(callee.name);
    if (target === undefined || target === null)
      throw this.error(`${callee.name} is called, but is no function`);
    if (!Array.isArray(args)) throw this.error(`the arguments of ${callee.name} are no tuple`);
    return this.#rebuild(callee.name, () => target(...(args as unknown[])));
  }

  /** Gives an object attributes; those of other values than {@link PickleObject} have no meaning here. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickleObject) this.#rebuild('an object', () => target.setState(state));
  }

  persistent(): void {
    const load = this.#options.persistentLoad;
    if (load === undefined) throw this.error('a persistent id has no meaning here');
    const id = this.pop();
    this.push(this.#rebuild('a persistent id', () => load(id)));
  }

  /** Runs a function of the caller, which refuses arguments with a TypeError or RangeError. */
  #rebuild(what: string, build: () => unknown): unknown {
    try {
      return build();
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) {
        throw this.error(`${what} cannot be rebuilt: ${error.message}`, error);
      }
      throw error;
    }
  }
}

/** A network of a thousand layers needs about a hundred thousand. */
const MAX_INSTRUCTIONS = 1_000_000;
const NEWLINE = 0x0a;
const STOP = 0x2e;
/** Ids and counts fit in 8 bytes; Python's integers have no limit of their own. */
const MAX_INTEGER_BYTES = 16;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function hex(code: number): string {
  return code.toString(16).padStart(2, '0');
}

/** The instruction that pickletools writes as this letter. */
function code(letter: string): number {
  return letter.charCodeAt(0);
}

const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  // Frames of the stream; out-of-band buffers are not supported.
  [
    0x80, // PROTO
    (m) => {
      const protocol = m.uint(1);
      if (protocol > 5) throw m.error(`protocol ${protocol} is not supported, only 5 and earlier`);
    },
  ],
  [0x95, (m) => void m.uint(8)], // FRAME
  // Stack and memo.
  [code('('), (m) => m.push(MARK)], // MARK
  [code('0'), (m) => void m.pop()], // POP
  [code('1'), (m) => void m.popToMark()], // POP_MARK
  [code('2'), (m) => m.push(m.top())], // DUP
  [code('q'), (m) => m.put(m.uint(1))], // BINPUT
  [code('r'), (m) => m.put(m.uint(4))], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [code('h'), (m) => m.get(m.uint(1))], // BINGET
  [code('j'), (m) => m.get(m.uint(4))], // LONG_BINGET
  // Constants and numbers.
  [code('N'), (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [code('J'), (m) => m.push(m.int32())], // BININT
  [code('K'), (m) => m.push(m.uint(1))], // BININT1
  [code('M'), (m) => m.push(m.uint(2))], // BININT2
  [0x8a, (m) => m.push(m.long(m.uint(1)))], // LONG1
  [0x8b, (m) => m.push(m.long(m.uint(4)))], // LONG4
  [code('G'), (m) => m.push(m.float64())], // BINFLOAT
  // Texts and bytes. Python 2's str is bytes; names in it are ASCII.
  [code('X'), (m) => m.push(m.utf8(m.uint(4)))], // BINUNICODE
  [0x8c, (m) => m.push(m.utf8(m.uint(1)))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.utf8(m.uint(8)))], // BINUNICODE8
  [code('T'), (m) => m.push(latin1(m.take(m.uint(4))))], // BINSTRING
  [code('U'), (m) => m.push(latin1(m.take(m.uint(1))))], // SHORT_BINSTRING
  [code('B'), (m) => m.push(m.take(m.uint(4)))], // BINBYTES
  [code('C'), (m) => m.push(m.take(m.uint(1)))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.uint(8)))], // BINBYTES8
  [0x96, (m) => m.push(m.take(m.uint(8)))], // BYTEARRAY8
  // Tuples, lists, dicts, sets.
  [code(')'), (m) => m.push([])], // EMPTY_TUPLE
  [code('t'), (m) => m.push(m.popToMark())], // TUPLE
  [0x85, (m) => m.push(m.popMany(1))], // TUPLE1
  [0x86, (m) => m.push(m.popMany(2))], // TUPLE2
  [0x87, (m) => m.push(m.popMany(3))], // TUPLE3
  [code(']'), (m) => m.push([])], // EMPTY_LIST
  [code('a'), (m) => append(m, [m.pop()])], // APPEND
  [code('e'), (m) => append(m, m.popToMark())], // APPENDS
  [code('}'), (m) => m.push(new Map())], // EMPTY_DICT
  [code('s'), (m) => m.setItems(m.popMany(2))], // SETITEM
  [code('u'), (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [
    0x90, // ADDITEMS
    (m) => {
      const items = m.popToMark();
      const set = m.set();
      for (const item of items) set.add(item);
    },
  ],
  [0x91, (m) => m.push(new Set(m.popToMark()))], // FROZENSET
  // Globals, and objects made of them.
  [code('c'), (m) => m.global(m.line(), m.line())], // GLOBAL
  [
    0x93, // STACK_GLOBAL
    (m) => {
      const [module, name] = m.popMany(2);
      m.global(module, name);
    },
  ],
  [code('R'), callTop], // REDUCE
  [0x81, callTop], // NEWOBJ
  [code('b'), (m) => m.build()], // BUILD
  [code('Q'), (m) => m.persistent()], // BINPERSID
]);

function append(machine: Unpickler, items: readonly unknown[]): void {
  const list = machine.list();
  for (const item of items) list.push(item);
}

function callTop(machine: Unpickler): void {
  const [callee, args] = machine.popMany(2);
  machine.push(machine.call(callee, args));
}
