/**
 * What is known of the pictures of a batch from where they were made: taken down by the thread that wrote their bytes,
 * so that whoever is given the batch can tell by its bytes which picture lies where.
 */
import { crc32 } from 'node:zlib';
import type { AppliedDraw } from './augmentations/index.ts';

/** Of the pictures of a batch, or of a worker's share of it, in their order. */
export interface Witness {
  /** SHA-256 of the file each was decoded from. */
  readonly sources: readonly string[];
  /** See {@link checksum}; of each picture as it was written into the batch. */
  readonly checksums: Uint32Array;
  /** Of each picture: the sums of its red, green and blue, and those of their squares. */
  readonly sums: Float64Array;
  /** Of each picture: what was drawn to augment it. Empty where only the bytes are of interest. */
  readonly draws: readonly (readonly AppliedDraw[])[];
}

/** How much a {@link Witness} tells: of the bytes alone, or the draws too. */
export type WitnessDetail = 'bytes' | 'draws';

/** Numbers that a picture has in {@link Witness.sums}. */
export const SUMS = 6;

/** The CRC-32 of bytes: it tells the few pictures of a batch apart, at the speed of reading them. */
export function checksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

/** Writes the {@link SUMS} of a picture's bytes. */
export function sumChannels(bytes: Uint8Array, into: Float64Array): void {
  into.fill(0);
  // Whole numbers of 32 bits are added fastest, and hold the squares of this many bytes of each channel.
  const stretch = 3 * 32_768;
  for (let start = 0; start < bytes.length; start += stretch) {
    let [red, green, blue, red2, green2, blue2] = [0, 0, 0, 0, 0, 0];
    const end = Math.min(bytes.length, start + stretch);
    for (let at = start; at < end; at += 3) {
      const r = bytes[at]!;
      const g = bytes[at + 1]!;
      const b = bytes[at + 2]!;
      red += r;
      green += g;
      blue += b;
      red2 += r * r;
      green2 += g * g;
      blue2 += b * b;
    }
    [red, green, blue, red2, green2, blue2].forEach((sum, place) => (into[place]! += sum));
  }
}
