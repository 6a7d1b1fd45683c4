/** What a network says about pictures: a run's, or an exported file's. */
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';
import { renderSample, type PixelPipeline } from '../data/pipeline.ts';
import { topK } from './metrics/softmax.ts';
import type { Predictor } from './predictor.ts';

/** Options of {@link predictFiles}. */
export interface PredictOptions {
  readonly files: readonly string[];
  /** How many classes are named; 5 unless told otherwise. */
  readonly top?: number | undefined;
  /** Pictures with more pixels are refused. */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPrediction: (prediction: Prediction) => void;
}

/** Milliseconds of one picture; of pictures that were classified together, their share. */
export interface PredictionTimes {
  /** From the file to the pixels that the network sees. */
  readonly decode: number;
  readonly inference: number;
}

/** A picture's most probable classes and all logits in class order, or why it could not be read. */
export type Prediction =
  | {
      readonly file: string;
      readonly top: readonly { readonly class: string; readonly probability: number }[];
      readonly logits: readonly number[];
      readonly times: PredictionTimes;
    }
  | { readonly file: string; readonly error: LabErrorJson };

const BATCH = 32;

/**
 * Classifies files, in their order. A picture that cannot be read is reported with its error, and the others go on.
 *
 * @returns how many could not be read
 * @throws LabError `CANCELLED`
 */
export async function predictFiles(
  predictor: Predictor,
  { files, top = 5, signal, maxPixels, onPrediction }: PredictOptions,
): Promise<{ readonly failed: number }> {
  let failed = 0;
  for (let at = 0; at < files.length; at += BATCH) {
    if (signal?.aborted) throw new LabError('CANCELLED', 'The prediction was cancelled.');
    for (const prediction of await predictBatch(predictor, files.slice(at, at + BATCH), top, maxPixels)) {
      if ('error' in prediction) failed += 1;
      onPrediction(prediction);
    }
  }
  return { failed };
}

async function predictBatch(
  predictor: Predictor,
  files: readonly string[],
  top: number,
  maxPixels: number | undefined,
): Promise<Prediction[]> {
  const began = performance.now();
  const rendered = await Promise.all(
    files.map((file) => renderFile(file, predictor.pipeline, maxPixels).catch(LabError.from)),
  );
  const decoded = performance.now();
  const readable = rendered.filter((pixels) => pixels instanceof Uint8Array);
  const logits = readable.length > 0 ? await predictor.logits(concat(readable), readable.length) : [];
  const times = {
    decode: (decoded - began) / files.length,
    inference: (performance.now() - decoded) / readable.length,
  };
  let at = 0;
  return files.map((file, index) => {
    const pixels = rendered[index]!;
    if (pixels instanceof LabError) return { file, error: pixels.toJSON() };
    const vector = logits[at++]!;
    const ranked = topK(vector, top);
    return {
      file,
      top: ranked.map(({ index, probability }) => ({ class: predictor.classes[index]!, probability })),
      logits: Array.from(vector),
      times,
    };
  });
}

/** The picture as the network sees it. */
export async function renderFile(
  file: string,
  pipeline: PixelPipeline,
  maxPixels?: number,
): Promise<Uint8Array> {
  const options = maxPixels === undefined ? {} : { maxPixels };
  return (await renderSample(file, pipeline, { augment: false }, options)).data;
}

/** Arrays of bytes one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
