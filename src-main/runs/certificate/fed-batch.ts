/** What one step was fed, told by the tensors themselves. */
import { z } from 'zod';
import { SUMS, checksum, sumChannels, type Witness } from '../../data/witness.ts';
import { toBytes, type Tensor } from '../../onnx/tensor.ts';

/** Digits of a content's SHA-256 that are kept: by chance two of a million images share 16 once in 10^7 data sets. */
const DIGITS = 16;

/** A content's name in a {@link FedBatch}. */
export function contentName(sha256: string): string {
  return sha256.slice(0, DIGITS);
}

/** See {@link attest}. */
export const fedBatchSchema = z.strictObject({
  /** From 1, in its epoch. */
  step: z.int(),
  /** By slot: {@link contentName} of the image whose bytes lie there; null where they are no image's that was made. */
  contents: z.array(z.string().nullable()),
  /** By slot: the label tensor's value. */
  labels: z.array(z.int()),
  /** Of the tensor's values: by channel from 0 to 1 for images, one for all features. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
});

/** One step's batch as it was fed. */
export type FedBatch = z.output<typeof fedBatchSchema>;

/** Of the vectors or pictures of a batch: where each came from, and the checksum it had there. */
export type SlotWitness = Pick<Witness, 'sources' | 'checksums'> & Partial<Pick<Witness, 'sums'>>;

/**
 * Finds out what lies in the slots of the tensors of a step. Each slot's checksum is taken anew and looked up among
 * those that the batch's images had where they were made: an image that lies in another slot is found there, and
 * bytes that are no image's are told.
 *
 * @param input uint8 `[N, H, W, 3]` or float32 `[N, F]`
 * @param labels int64 `[N]`
 */
export function attest(step: number, input: Tensor, labels: Tensor, witness: SlotWitness): FedBatch {
  const bytes = toBytes(input);
  const count = input.dims[0]!;
  const size = bytes.length / count;
  const found = Array.from({ length: count }, (_, slot) => {
    const known = checksum(bytes.subarray(slot * size, (slot + 1) * size));
    // Images that look alike stay where they were meant to be.
    return witness.checksums[slot] === known ? slot : witness.checksums.indexOf(known);
  });
  return {
    step,
    contents: found.map((at) => (at === -1 ? null : contentName(witness.sources[at]!))),
    labels: Array.from(labels.data as BigInt64Array, Number),
    ...(input.dtype === 'uint8'
      ? channelSpread(bytes, size, found, witness.sums!)
      : spread(input.data as Float32Array)),
  };
}

/** From the sums that belong to the slots' bytes; those of unknown bytes are taken here. */
function channelSpread(
  bytes: Uint8Array,
  size: number,
  found: readonly number[],
  sums: Float64Array,
): Pick<FedBatch, 'mean' | 'std'> {
  const total = new Float64Array(SUMS);
  const own = new Float64Array(SUMS);
  for (const [slot, at] of found.entries()) {
    if (at === -1) sumChannels(bytes.subarray(slot * size, (slot + 1) * size), own);
    const part = at === -1 ? own : sums.subarray(at * SUMS, (at + 1) * SUMS);
    part.forEach((value, place) => (total[place]! += value));
  }
  const values = bytes.length / 3;
  const mean = [...total.subarray(0, 3)].map((sum) => sum / values);
  const std = [...total.subarray(3)].map((sum, channel) =>
    Math.sqrt(Math.max(0, sum / values - mean[channel]! ** 2)),
  );
  return { mean: mean.map((value) => value / 255), std: std.map((value) => value / 255) };
}

function spread(data: Float32Array): Pick<FedBatch, 'mean' | 'std'> {
  let sum = 0;
  let squares = 0;
  for (const value of data) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  return { mean: [mean], std: [Math.sqrt(Math.max(0, squares / data.length - mean ** 2))] };
}
