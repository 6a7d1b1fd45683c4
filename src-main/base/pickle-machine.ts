/**
 * What the instructions of a pickle work on: its bytes, a stack and a memo. Whatever an instruction may do to them
 * is checked here.
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

/** What reading a pickle may use. */
export interface PickleOptions {
  /** Begins every error: what is being read. */
  readonly source: string;
  /** The only globals a pickle may name. */
  readonly globals: ReadonlyMap<string, PickleFunction>;
  /** Gives the value of a persistent id, which points outside the pickle. */
  readonly persistentLoad?: (id: unknown) => unknown;
}

/** The mark that begins a group of values on the stack. */
export const MARK = Symbol('mark');

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const NEWLINE = 0x0a;

/** Ids and counts fit in 8 bytes; Python's integers have no limit of their own. */
const MAX_INTEGER_BYTES = 16;

/** A pickle while it is read. */
export class PickleMachine {
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

  /** Notes that an instruction begins here, for errors. */
  begin(): void {
    this.#instruction = this.#at;
  }

  /** The value of the pickle, once its instructions have run. */
  result(): unknown {
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
