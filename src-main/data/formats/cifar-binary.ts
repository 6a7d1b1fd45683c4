/** CIFAR's binary version: records of one or two labels and 3,072 bytes, the planes of red, green and blue. */
import type { CifarVersion } from './cifar.ts';
import { malformed } from './malformed.ts';

/** The images of one file. */
export interface Batch {
  readonly labels: ArrayLike<number> & Iterable<number> & { entries(): IterableIterator<[number, number]> };
  /** The planes of an image. */
  images(index: number): Uint8Array;
}

/** Bytes of an image: 3 planes of 32 × 32. */
export const IMAGE_BYTES = 3 * 32 * 32;

/** @throws LabError `FORMAT_MALFORMED` */
export function readBinaryBatch(
  path: string,
  bytes: Uint8Array,
  { labels: count, label }: CifarVersion,
): Batch {
  const record = count + IMAGE_BYTES;
  if (bytes.length === 0 || bytes.length % record !== 0) {
    throw malformed(path, `it has ${bytes.length} bytes, which is no whole number of records of ${record}`);
  }
  const labels = Uint8Array.from(
    { length: bytes.length / record },
    (_, index) => bytes[index * record + label]!,
  );
  return {
    labels,
    images: (index) => bytes.subarray(index * record + count, (index + 1) * record),
  };
}

/** A name on each line. */
export function readBinaryNames(path: string, bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('utf8');
  if (text.includes('\0')) throw malformed(path, 'it is no text');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}
