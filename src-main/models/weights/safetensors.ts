/**
 * The safetensors format: the header's length as uint64, the header as JSON (names to element type, shape and
 * byte range), then the tensors' bytes, which the ranges tile without gap or overlap. All little-endian.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import { z } from 'zod';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import {
  bytesPerElement,
  elementCount,
  fromBytes,
  toBytes,
  type DataType,
  type Tensor,
} from '../../onnx/tensor.ts';
import { duplicateKey } from './json-keys.ts';
import { WeightsFile, weightsError } from './weights-file.ts';
import type { Weights } from './weights.ts';

const TYPES: Readonly<Record<string, DataType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};
const TYPE_NAMES = new Map(Object.entries(TYPES).map(([name, dtype]) => [dtype, name]));

/** The name of the header's entry that holds texts instead of a tensor. */
const METADATA = '__metadata__';
const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
/** Tensors begin at a multiple of this many bytes, so that a reader may use them in place. */
const ALIGNMENT = 8;

const size = z.int().nonnegative();
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Reads a safetensors file, element types kept.
 *
 * @throws LabError WEIGHTS_NOT_FOUND, or WEIGHTS_PARSE naming what is wrong with which tensor.
 */
export async function readSafetensors(path: string): Promise<Weights> {
  return WeightsFile.use(path, readOpen);
}

/**
 * Writes a safetensors file atomically, the header in the map's order.
 *
 * @throws LabError DISK_FULL or OUTPUT_UNWRITABLE.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (tensors.has(METADATA)) throw new RangeError(`a tensor cannot be called ${METADATA}`);
  // Wide elements first: then each tensor is aligned to its element size without padding.
  const stored = [...tensors].sort(([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  await writeFileAtomic(path, [
    header(tensors, stored, metadata),
    ...stored.map(([, tensor]) => toBytes(tensor)),
  ]);
}

function header(
  tensors: ReadonlyMap<string, Tensor>,
  stored: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const ranges = new Map<string, [number, number]>();
  let end = 0;
  for (const [name, tensor] of stored) ranges.set(name, [end, (end += tensor.data.byteLength)]);
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  for (const [name, { dtype, dims }] of tensors) {
    entries.push([name, { dtype: TYPE_NAMES.get(dtype), shape: dims, data_offsets: ranges.get(name) }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

async function readOpen(file: WeightsFile): Promise<Weights> {
  const length = await headerLength(file);
  const { metadata, entries } = parseHeader(
    file.path,
    utf8(file.path, await file.read(LENGTH_BYTES, length)),
  );
  const start = LENGTH_BYTES + length;
  checkRanges(file.path, entries, file.size - start);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets: range }] of entries) {
    const bytes = await file.read(start + range[0], range[1] - range[0]);
    tensors.set(name, tensor(file.path, name, TYPES[dtype]!, shape, bytes));
  }
  return { tensors, metadata };
}

async function headerLength(file: WeightsFile): Promise<number> {
  if (file.size < LENGTH_BYTES) {
    throw weightsError(
      file.path,
      `a safetensors file begins with an 8-byte length, but this one has ${file.size} bytes`,
    );
  }
  const bytes = await file.read(0, LENGTH_BYTES);
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw weightsError(
      file.path,
      `the header's length is ${length} bytes, over the format's limit of ${MAX_HEADER_BYTES}`,
    );
  }
  if (Number(length) > file.size - LENGTH_BYTES) {
    throw weightsError(
      file.path,
      `the header's length is ${length} bytes, but only ${file.size - LENGTH_BYTES} follow`,
    );
  }
  return Number(length);
}

function utf8(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw weightsError(path, 'the header is not UTF-8 text');
  }
}

function parseHeader(
  path: string,
  text: string,
): { metadata: Record<string, string>; entries: [string, Entry][] } {
  const json = parseJson(path, text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw weightsError(path, 'the header is not a JSON object');
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw weightsError(path, `the header has the key '${duplicate}' twice`);
  const { [METADATA]: notes = {}, ...rest } = json as Record<string, unknown>;
  const metadata = z.record(z.string(), z.string()).safeParse(notes);
  if (!metadata.success) throw weightsError(path, `${METADATA} of the header does not map names to texts`);
  return {
    metadata: metadata.data,
    entries: Object.entries(rest).map(([name, entry]) => [name, checkEntry(path, name, entry)]),
  };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw weightsError(path, 'the header is not JSON');
  }
}

function checkEntry(path: string, name: string, raw: unknown): Entry {
  const parsed = entrySchema.safeParse(raw);
  if (!parsed.success) {
    throw weightsError(
      path,
      `tensor ${name}: expected {dtype, shape, data_offsets}, got ${shorten(JSON.stringify(raw))}`,
    );
  }
  const { dtype, shape, data_offsets: range } = parsed.data;
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (type === undefined) {
    throw weightsError(
      path,
      `tensor ${name}: element type ${shorten(dtype)} is not supported`,
      'Save it as F32, F16 or BF16.',
    );
  }
  const expected = elementCount(shape) * bytesPerElement(type);
  if (range[1] - range[0] !== expected) {
    throw weightsError(
      path,
      `tensor ${name}: ${dtype} [${shape.join(', ')}] takes ${expected} bytes, but its range ` +
        `${range[0]}–${range[1]} has ${range[1] - range[0]}`,
    );
  }
  return parsed.data;
}

/** Checks that the ranges tile the file's data, as the format demands. */
function checkRanges(path: string, entries: readonly [string, Entry][], available: number): void {
  const ordered = entries
    .map(([name, { data_offsets: range }]) => ({ name, begin: range[0], end: range[1] }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let before = '';
  for (const { name, begin, end } of ordered) {
    if (begin < covered) throw weightsError(path, `the bytes of tensors ${before} and ${name} overlap`);
    if (begin > covered) {
      throw weightsError(path, `the bytes ${covered}–${begin} before tensor ${name} belong to no tensor`);
    }
    if (end > available) {
      throw weightsError(
        path,
        `it is truncated: tensor ${name} ends at byte ${end} of the data, of which there are ${available}`,
      );
    }
    covered = end;
    before = name;
  }
  if (covered < available) {
    throw weightsError(path, `the last ${available - covered} bytes belong to no tensor`);
  }
}

function tensor(
  path: string,
  name: string,
  dtype: DataType,
  dims: readonly number[],
  bytes: Uint8Array,
): Tensor {
  if (dtype === 'bool' && bytes.some((byte) => byte > 1)) {
    throw weightsError(path, `tensor ${name}: a BOOL is 0 or 1, but there are other values`);
  }
  return { dtype, dims, data: fromBytes(dtype, bytes) };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
