/**
 * Reads event files by the format's own rules, without the code that writes them: TFRecords as TensorFlow frames
 * them, protobuf messages field by field from the wire.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** CRC-32C one bit at a time, as RFC 3720 defines it; as an unsigned number. */
export function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    for (let bit = 0n; bit < 8n; bit++) {
      const low = (crc ^ (BigInt(byte) >> bit)) & 1n;
      crc = (crc >> 1n) ^ (low === 1n ? 0x82f63b78n : 0n);
    }
  }
  return Number(crc ^ 0xffffffffn);
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(bitwiseCrc32c(bytes));
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}

/** The data of all whole records. What a cut-off tail holds is left out; a wrong checksum is an error. */
export function readRecordData(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + 12 + length + 4;
    if (view.getUint32(at + 8, true) !== masked(bytes.subarray(at, at + 8)))
      throw new Error(`length at ${at}`);
    if (end > bytes.length) break;
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (view.getUint32(end - 4, true) !== masked(data)) throw new Error(`data at ${at}`);
    records.push(data);
    at = end;
  }
  return records;
}

type Wire = bigint | Uint8Array;

/** The fields of a protobuf message: numbers and fixed ones as bigint, all else as bytes. */
export function fieldsOf(bytes: Uint8Array): Map<number, Wire[]> {
  const fields = new Map<number, Wire[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('a varint is cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const fixed = (size: number): bigint => {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
    at += size;
    return value;
  };
  const delimited = (): Uint8Array => {
    const length = Number(varint());
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = Number(tag & 7n);
    const value = [varint, () => fixed(8), delimited, undefined, undefined, () => fixed(4)][kind]!();
    fields.set(Number(tag >> 3n), [...(fields.get(Number(tag >> 3n)) ?? []), value]);
  }
  return fields;
}

const text = (wire: Wire | undefined): string =>
  new TextDecoder().decode((wire ?? new Uint8Array()) as Uint8Array);
const message = (wire: Wire | undefined): Map<number, Wire[]> =>
  fieldsOf((wire ?? new Uint8Array()) as Uint8Array);
const integer = (wire: Wire | undefined): number => Number(BigInt.asIntN(64, (wire ?? 0n) as bigint));

function float32(wire: Wire): number {
  return new Float32Array(Uint32Array.of(Number(wire)).buffer)[0]!;
}

/** A value of a summary. */
export interface ReadValue {
  readonly wallTime: number;
  readonly step: number;
  readonly tag: string;
  readonly plugin: string;
  readonly description: string;
  readonly scalar?: number;
  readonly image?: { readonly width: number; readonly height: number; readonly bytes: Uint8Array };
  /** Strings by shape. */
  readonly tensor?: { readonly dims: readonly number[]; readonly strings: readonly string[] };
}

/** A node of a graph. */
export interface ReadNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** `_output_shapes`. */
  readonly shapes: readonly (readonly number[])[];
}

/** What an event file holds. */
export interface ReadEvents {
  readonly versions: string[];
  readonly values: ReadValue[];
  readonly graphs: ReadNode[][];
  /** The steps at which a session began. */
  readonly starts: number[];
}

/** Reads the bytes of an event file. */
export function readEvents(bytes: Uint8Array): ReadEvents {
  const read: ReadEvents = { versions: [], values: [], graphs: [], starts: [] };
  for (const data of readRecordData(bytes)) {
    const event = fieldsOf(data);
    const wallTime = new Float64Array(BigUint64Array.of((event.get(1)?.[0] ?? 0n) as bigint).buffer)[0]!;
    const step = integer(event.get(2)?.[0]);
    if (event.has(3)) read.versions.push(text(event.get(3)![0]));
    if (event.has(4)) read.graphs.push((message(event.get(4)![0]).get(1) ?? []).map(readNode));
    for (const value of message(event.get(5)?.[0]).get(1) ?? []) {
      read.values.push({ wallTime, step, ...readValue(value) });
    }
    if (event.has(7) && integer(message(event.get(7)![0]).get(1)?.[0]) === 1) read.starts.push(step);
  }
  return read;
}

/** Reads all event files of a folder in the order of their names, as TensorBoard does. */
export function readFolder(folder: string): ReadEvents[] {
  const names = readdirSync(folder).filter((name) => name.includes('tfevents'));
  return names.sort().map((name) => readEvents(readFileSync(path.join(folder, name))));
}

function readValue(wire: Wire): Omit<ReadValue, 'wallTime' | 'step'> {
  const value = message(wire);
  const metadata = message(value.get(9)?.[0]);
  const [scalar] = value.get(2) ?? [];
  const [image] = value.get(4) ?? [];
  const [tensor] = value.get(8) ?? [];
  return {
    tag: text(value.get(1)?.[0]),
    plugin: text(message(metadata.get(1)?.[0]).get(1)?.[0]),
    description: text(metadata.get(3)?.[0]),
    ...(scalar !== undefined && { scalar: float32(scalar) }),
    ...(image !== undefined && { image: readImage(message(image)) }),
    ...(tensor !== undefined && {
      tensor: {
        dims: dimsOf(message(tensor).get(2)![0]!),
        strings: (message(tensor).get(8) ?? []).map((wire) => text(wire)),
      },
    }),
  };
}

function readImage(image: Map<number, Wire[]>): NonNullable<ReadValue['image']> {
  const bytes = image.get(4)![0] as Uint8Array;
  return { height: integer(image.get(1)?.[0]), width: integer(image.get(2)?.[0]), bytes };
}

function dimsOf(shape: Wire): number[] {
  return (message(shape).get(2) ?? []).map((dim) => integer(message(dim).get(1)?.[0]));
}

function readNode(wire: Wire): ReadNode {
  const node = message(wire);
  const attributes = new Map(
    (node.get(5) ?? []).map((entry) => [text(message(entry).get(1)![0]), message(entry).get(2)![0]!]),
  );
  const shapes = message(message(attributes.get('_output_shapes')).get(1)?.[0]).get(7) ?? [];
  return {
    name: text(node.get(1)?.[0]),
    op: text(node.get(2)?.[0]),
    inputs: (node.get(3) ?? []).map((input) => text(input)),
    shapes: shapes.map(dimsOf),
  };
}

/** The scalars of a tag as points, in the order of the file. */
export function series({ values }: ReadEvents, tag: string): { step: number; value: number }[] {
  return values.flatMap((value) =>
    value.tag === tag && value.scalar !== undefined ? [{ step: value.step, value: value.scalar }] : [],
  );
}

/** The events of a folder with one event file. */
export function readOnlyFile(folder: string): ReadEvents {
  const [read, ...others] = readFolder(folder);
  if (read === undefined || others.length > 0)
    throw new Error(`${folder} holds ${others.length} files too many`);
  return read;
}
