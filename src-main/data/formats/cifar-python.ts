/** CIFAR's Python version: pickled dicts with the labels and an array of images × 3,072 bytes. */
import { type Batch, IMAGE_BYTES } from './cifar-binary.ts';
import type { CifarVersion } from './cifar.ts';
import { malformed } from './malformed.ts';
import { ByteArray, readDict, textOf } from './numpy-pickle.ts';

/** @throws LabError `FORMAT_MALFORMED` */
export function readPythonBatch(path: string, bytes: Uint8Array, { labelKey }: CifarVersion): Batch {
  const dict = readDict(path, bytes);
  const labels = listOf(path, dict, labelKey);
  if (!labels.every((label): label is number => Number.isSafeInteger(label))) {
    throw malformed(path, `its "${labelKey}" are not all whole numbers`);
  }
  const data = dict.get('data');
  if (!(data instanceof ByteArray)) throw malformed(path, 'its "data" is no array of bytes');
  const expected = `${labels.length}×${IMAGE_BYTES}`;
  if (data.shape.join('×') !== expected) {
    throw malformed(path, `its "data" has the shape ${data.shape.join('×')}, expected ${expected}`);
  }
  return { labels, images: (index) => data.data.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES) };
}

/** @throws LabError `FORMAT_MALFORMED` */
export function readPythonNames(path: string, bytes: Uint8Array, { nameKey }: CifarVersion): string[] {
  return listOf(path, readDict(path, bytes), nameKey).map(textOf);
}

function listOf(path: string, dict: ReadonlyMap<string, unknown>, key: string): unknown[] {
  const list = dict.get(key);
  if (Array.isArray(list)) return list as unknown[];
  throw malformed(path, `it has no list "${key}"`);
}
