import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src-main/models/weights/safetensors.ts';
import type { Tensor } from '../../../src-main/onnx/tensor.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { DAMAGED, temporaryFile, temporaryFolder } from './helpers.ts';

/** A safetensors file of a header, given as JSON or as a value, and data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): string {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  return raw(json.length, json, data);
}

function raw(length: number | bigint, json: Uint8Array, data: Uint8Array = new Uint8Array(0)): string {
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return temporaryFile(bytes, 'hostile.safetensors');
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const EVERY_TYPE: Record<string, Tensor> = {
  odd: { dtype: 'uint8', dims: [3], data: Uint8Array.of(0, 7, 255) },
  float64: { dtype: 'float64', dims: [2], data: Float64Array.of(Math.PI, -0) },
  float32: { dtype: 'float32', dims: [2, 2], data: Float32Array.of(1, NaN, -Infinity, 1e-45) },
  float16: { dtype: 'float16', dims: [3], data: Uint16Array.of(0x3c00, 0x0001, 0x7e01) },
  bfloat16: { dtype: 'bfloat16', dims: [1], data: Uint16Array.of(0x3f80) },
  int64: { dtype: 'int64', dims: [], data: BigInt64Array.of(-(2n ** 63n)) },
  int32: { dtype: 'int32', dims: [1], data: Int32Array.of(-(2 ** 31)) },
  int16: { dtype: 'int16', dims: [1], data: Int16Array.of(-32768) },
  int8: { dtype: 'int8', dims: [1], data: Int8Array.of(-128) },
  uint64: { dtype: 'uint64', dims: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  uint32: { dtype: 'uint32', dims: [1], data: Uint32Array.of(2 ** 32 - 1) },
  uint16: { dtype: 'uint16', dims: [1], data: Uint16Array.of(65535) },
  bool: { dtype: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
  empty: { dtype: 'float32', dims: [0, 4], data: new Float32Array(0) },
};

describe('writeSafetensors and readSafetensors', () => {
  it('keep every element type, the order, the metadata and the bits', async () => {
    const path = join(temporaryFolder(), 'all.safetensors');
    const tensors = new Map(Object.entries(EVERY_TYPE));
    await writeSafetensors(path, tensors, { classes: '["Katze", "猫"]', __proto__note: '' });
    const read = await readSafetensors(path);
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    expect(read).toEqual({ tensors, metadata: { classes: '["Katze", "猫"]', __proto__note: '' } });
    const bits = (tensor: Tensor) =>
      Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    for (const [name, tensor] of tensors) expect(bits(read.tensors.get(name)!)).toEqual(bits(tensor));
  });

  it('lay the file out as the format says', async () => {
    const path = join(temporaryFolder(), 'layout.safetensors');
    const tensors = new Map<string, Tensor>([
      ['b', { dtype: 'uint8', dims: [1], data: Uint8Array.of(9) }],
      ['a', { dtype: 'float32', dims: [1], data: Float32Array.of(1) }],
    ]);
    await writeSafetensors(path, tensors);
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(bytes.toString('utf8', 8, 8 + length).trimEnd()).toBe(
      '{"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    );
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 9]);
  });

  it('write the same bytes for the same tensors', async () => {
    const folder = temporaryFolder();
    const tensors = new Map(Object.entries(EVERY_TYPE));
    await writeSafetensors(join(folder, '1'), tensors);
    await writeSafetensors(join(folder, '2'), tensors);
    expect(readFileSync(join(folder, '1'))).toEqual(readFileSync(join(folder, '2')));
  });

  it('refuse a tensor with the name of the metadata', async () => {
    const path = join(temporaryFolder(), 'x');
    await expect(writeSafetensors(path, new Map([['__metadata__', EVERY_TYPE['odd']!]]))).rejects.toThrow(
      'a tensor cannot be called __metadata__',
    );
  });

  it('keep names that mean something in JavaScript', async () => {
    const path = join(temporaryFolder(), 'names');
    const tensors = new Map(
      ['__proto__', 'constructor', '', 'ключ'].map((name) => [name, EVERY_TYPE['odd']!]),
    );
    await writeSafetensors(path, tensors);
    expect([...(await readSafetensors(path)).tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
  });
});

const f32 = entry('F32', [1], 0, 4);
const four = new Uint8Array(4);
const eight = new Uint8Array(8);
const text = (content: string) => new TextEncoder().encode(content);

describe('readSafetensors refuses', () => {
  it.each<[string, () => string, string]>([
    [
      'a file without room for the length',
      () => temporaryFile('abc'),
      'a safetensors file begins with an 8-byte length, but this one has 3 bytes',
    ],
    [
      'a header longer than the file',
      () => raw(100, text('{}')),
      "the header's length is 100 bytes, but only 2 follow",
    ],
    [
      'a header longer than the format allows',
      () => raw(2n ** 63n, text('{}')),
      "the header's length is 9223372036854775808 bytes, over the format's limit of 100000000",
    ],
    ['a header that is not UTF-8', () => raw(2, Uint8Array.of(0xff, 0xfe)), 'the header is not UTF-8 text'],
    ['a header that is not JSON', () => file('{"a":'), 'the header is not JSON'],
    ['an empty header', () => file(''), 'the header is not JSON'],
    ['a header that is no object', () => file('[1]'), 'the header is not a JSON object'],
    [
      'a name that comes twice',
      () => file(`{"w":${JSON.stringify(f32)},"\\u0077":${JSON.stringify(f32)}}`, four),
      "the header has the key 'w' twice",
    ],
    [
      'a property that comes twice',
      () => file('{"a\\"{:":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"shape":[1]}}', four),
      "the header has the key 'shape' twice",
    ],
    [
      'metadata that are no texts',
      () => file({ __metadata__: { epoch: 3 } }),
      '__metadata__ of the header does not map names to texts',
    ],
    [
      'an entry of another form',
      () => file({ w: { dtype: 'F32', shape: [1.5], data_offsets: [0, 4] } }, four),
      'tensor w: expected {dtype, shape, data_offsets}, got {"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}',
    ],
    [
      'a negative offset',
      () => file({ w: entry('F32', [1], -4, 0) }, four),
      'tensor w: expected {dtype, shape, data_offsets}, got {"dtype":"F32","shape":[1],"data_offsets":[-4,0]}',
    ],
    [
      'a byte count that does not fit the shape',
      () => file({ w: entry('F32', [2, 3], 0, 8) }, eight),
      'tensor w: F32 [2, 3] takes 24 bytes, but its range 0–8 has 8',
    ],
    [
      'a range that ends before it begins',
      () => file({ w: entry('F32', [1], 8, 4) }, eight),
      'tensor w: F32 [1] takes 4 bytes, but its range 8–4 has -4',
    ],
    [
      'ranges that overlap',
      () => file({ v: entry('F32', [1], 0, 4), w: entry('F32', [1], 2, 6) }, eight),
      'the bytes of tensors v and w overlap',
    ],
    [
      'a gap between tensors',
      () => file({ v: f32, w: entry('F32', [1], 6, 10) }, new Uint8Array(10)),
      'the bytes 4–6 before tensor w belong to no tensor',
    ],
    [
      'a range beyond the end of the file',
      () => file({ v: f32, w: entry('F32', [1], 4, 8) }, four),
      'it is truncated: tensor w ends at byte 8 of the data, of which there are 4',
    ],
    [
      'a shape that would take all the memory',
      () => file({ w: entry('F32', [2 ** 50], 0, 2 ** 52) }, four),
      'it is truncated: tensor w ends at byte 4503599627370496 of the data, of which there are 4',
    ],
    ['bytes after the last tensor', () => file({ w: f32 }, eight), 'the last 4 bytes belong to no tensor'],
    [
      'a BOOL that is neither 0 nor 1',
      () => file({ w: entry('BOOL', [2], 0, 2) }, Uint8Array.of(1, 2)),
      'tensor w: a BOOL is 0 or 1, but there are other values',
    ],
  ])('%s', async (_, make, problem) => {
    const path = make();
    expect(await labErrorFrom(readSafetensors(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: ${problem}.`,
      hint: DAMAGED,
    });
  });

  it.each(['F8_E4M3', 'constructor'])('the element type %s', async (dtype) => {
    const path = file({ w: entry(dtype, [4], 0, 4) }, four);
    expect(await labErrorFrom(readSafetensors(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: tensor w: element type ${dtype} is not supported.`,
      hint: 'Save it as F32, F16 or BF16.',
    });
  });

  it('a tensor over 2 GiB, without asking for the memory', async () => {
    const length = 2 ** 31 + 4;
    const path = file({ w: entry('U8', [length], 0, length) });
    // A sparse file: it takes no space on the disk.
    truncateSync(path, 8 + Number(readFileSync(path).readBigUInt64LE(0)) + length);
    expect(await labErrorFrom(readSafetensors(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: one tensor takes 2147483652 bytes, over the limit of 2147483648.`,
      hint: 'Classifiers have no such tensor: check that this is the file you meant.',
    });
  });

  it('a file that is not there, and a folder', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    const hint = 'Give the path of a .safetensors or .pth file, or a name from the list of `vitrine models`.';
    const none = join(folder, 'none');
    expect(await labErrorFrom(readSafetensors(none))).toEqual({
      code: 'WEIGHTS_NOT_FOUND',
      message: `Reading weights from ${none} failed: there is no such file.`,
      hint,
    });
    const taken = join(folder, 'folder');
    expect(await labErrorFrom(readSafetensors(taken))).toEqual({
      code: 'WEIGHTS_NOT_FOUND',
      message: `Reading weights from ${taken} failed: it is a folder, not a file.`,
      hint,
    });
  });

  it('every truncation of a good file', async () => {
    const whole = join(temporaryFolder(), 'whole');
    await writeSafetensors(whole, new Map(Object.entries(EVERY_TYPE)), { note: 'x' });
    const bytes = readFileSync(whole);
    for (let length = 0; length < bytes.length; length += 7) {
      const error = await labErrorFrom(readSafetensors(temporaryFile(bytes.subarray(0, length))));
      expect(error.code).toBe('WEIGHTS_PARSE');
    }
  });
});
