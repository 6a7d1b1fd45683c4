/** Python pickles with NumPy arrays of bytes, read by the restricted reader: nothing in them is run. */
import { LabError } from '../../../src-shared/errors.ts';
import { PickleObject, type PickleFunction, unpickle } from '../../base/pickle.ts';
import { malformed } from './malformed.ts';

/** An array of unsigned bytes, in C order. */
export class ByteArray extends PickleObject {
  shape: readonly number[] = [];
  data: Uint8Array = new Uint8Array();

  /** The state of `ndarray.__reduce__`: version, shape, type, whether in Fortran order, bytes. */
  override setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new TypeError('the state of an array has 5 parts');
    const [, shape, type, isFortran, data] = state as unknown[];
    if (isFortran === true) throw new TypeError('the array is in Fortran order');
    this.fill(shape, type, data);
  }

  /** @throws TypeError or RangeError for what is no array of unsigned bytes */
  fill(shape: unknown, type: unknown, data: unknown): this {
    if (type !== 'u1') throw new TypeError(`the array is of the type ${String(type)}, not of bytes`);
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw new TypeError('the array has no shape');
    }
    this.shape = shape as number[];
    this.data = bytesOf(data);
    const count = this.shape.reduce((product, size) => product * size, 1);
    if (count === this.data.length) return this;
    throw new RangeError(`an array of the shape ${this.shape.join('×')} holds ${this.data.length} bytes`);
  }
}

/** Python 2 wrote bytes as text, each letter one byte. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  throw new TypeError('bytes are expected');
}

function encode(text: unknown, encoding: unknown): Uint8Array {
  if (typeof text === 'string' && encoding === 'latin1') return Buffer.from(text, 'latin1');
  throw new TypeError('only latin1 is known');
}

// `numpy.core` was renamed to `numpy._core` in NumPy 2.
const GLOBALS: ReadonlyMap<string, PickleFunction> = new Map<string, PickleFunction>([
  ['numpy.ndarray', null],
  ['numpy.dtype', (name) => name],
  ['_codecs.encode', encode],
  ...['numpy.core', 'numpy._core'].flatMap((core): [string, PickleFunction][] => [
    [`${core}.multiarray._reconstruct`, () => new ByteArray()],
    [`${core}.numeric._frombuffer`, (data, type, shape) => new ByteArray().fill(shape, type, data)],
  ]),
]);

/**
 * The dict in a pickle, its keys as text whether Python 2 or 3 wrote them.
 *
 * @throws LabError `FORMAT_MALFORMED` naming what is wrong, or a global that is no part of such a file
 */
export function readDict(path: string, bytes: Uint8Array): ReadonlyMap<string, unknown> {
  const value = unpickled(path, bytes);
  if (!(value instanceof Map)) throw malformed(path, 'it holds no dict');
  return new Map([...value].map(([key, item]) => [textOf(key), item]));
}

/** A text, also one that is stored as bytes. */
export function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

function unpickled(path: string, bytes: Uint8Array): unknown {
  try {
    return unpickle(bytes, { source: path, globals: GLOBALS });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const problem = error.message.slice(path.length + 2).replace('weights do', 'the data set does');
    throw malformed(path, problem.replace(/\.$/, ''), error);
  }
}
