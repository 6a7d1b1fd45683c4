/** The second half of an export: does the file do what the run did? Only then it gets its name. */
import { readFile, rm } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import { decodeMetadata, encodeMetadata, type Parity } from './export-metadata.ts';
import { openExported } from './exported-model.ts';
import type { UnverifiedExport } from './export.ts';
import { argMax } from './metrics/softmax.ts';
import { concat, renderFile } from './predict.ts';

/** The largest difference of a logit that is passed: a hundred times what rounding in another order gives. */
export const PARITY_TOLERANCE = 1e-4;

/** What an export came to. */
export interface ExportResult {
  readonly file: string;
  readonly parity: Parity;
}

/**
 * Loads the file that waits, runs raw pictures from disk through it, and lets it appear at its destination when
 * every logit agrees. The file that waits is removed in any case.
 *
 * @throws LabError `EXPORT_PARITY` when they do not agree; no file is written then
 */
export async function verifyExport(unverified: UnverifiedExport): Promise<ExportResult> {
  const { temporary, out } = unverified;
  try {
    const parity = await measureParity(unverified);
    requireParity(out, parity);
    await writeFileAtomic(out, await withParity(temporary, parity));
    return { file: out, parity };
  } finally {
    await rm(temporary, { force: true });
  }
}

async function measureParity({ temporary, images, logits, maxPixels }: UnverifiedExport): Promise<Parity> {
  const predictor = await openExported(await readFile(temporary), temporary, { device: 'cpu' });
  try {
    const pixels = await Promise.all(images.map((file) => renderFile(file, predictor.pipeline, maxPixels)));
    const found = await predictor.logits(concat(pixels), images.length);
    return compareLogits(logits, found);
  } finally {
    await predictor.release();
  }
}

/** How far two lists of logits are apart. A difference that is no number counts as infinite. */
export function compareLogits(expected: readonly Float32Array[], found: readonly Float32Array[]): Parity {
  let largest = 0;
  let agreed = 0;
  for (const [image, vector] of expected.entries()) {
    const other = found[image]!;
    for (const [at, logit] of vector.entries()) {
      const difference = Math.abs(logit - other[at]!);
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
    }
    if (argMax(vector) === argMax(other)) agreed += 1;
  }
  return {
    images: expected.length,
    maxAbsLogitDifference: largest,
    argmaxAgreement: agreed / expected.length,
  };
}

/** Logits decide: where they agree, a prediction can differ only between classes that are as good as equal. */
function requireParity(out: string, { images, maxAbsLogitDifference, argmaxAgreement }: Parity): void {
  if (maxAbsLogitDifference <= PARITY_TOLERANCE) return;
  throw new LabError(
    'EXPORT_PARITY',
    `Exporting ${out}: on ${images} images the file's logits differ from the run's by up to ` +
      `${maxAbsLogitDifference.toPrecision(3)} (allowed: ${PARITY_TOLERANCE}), and ` +
      `${Math.round(argmaxAgreement * images)} of ${images} predictions agree. No file was written.`,
    { hint: 'Export again; if it happens again, report it with the run folder.' },
  );
}

/** The file's bytes with the result in its metadata; graph and weights stay as they were checked. */
async function withParity(temporary: string, parity: Parity): Promise<Uint8Array> {
  const model = decodeModel(await readFile(temporary), temporary);
  const metadata = { ...decodeMetadata(model.metadata, temporary), parity };
  return encodeModel({ ...model, metadata: encodeMetadata(metadata) }, temporary);
}
