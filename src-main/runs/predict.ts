/** What a network says about pictures: a run's, or an exported file's. */
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';
import { renderSample, type PixelPipeline } from '../data/pipeline.ts';
import { topK } from './metrics/softmax.ts';
import { openExported } from './exported-model.ts';
import { openRun, runClassifier, sessionOptions, type RunChoice } from './run-classifier.ts';

/** Where the network comes from. */
export type PredictSource = RunChoice | (Pick<RunChoice, 'device' | 'threads'> & { readonly model: string });

/** Options of {@link predictFiles}. */
export interface PredictOptions {
  readonly source: PredictSource;
  readonly files: readonly string[];
  /** How many classes are named; 5 unless told otherwise. */
  readonly top?: number | undefined;
  /** Pictures with more pixels are refused. */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPrediction: (prediction: Prediction) => void;
}

/** A picture's most probable classes and all logits in class order, or why it could not be read. */
export type Prediction =
  | {
      readonly file: string;
      readonly top: readonly { readonly class: string; readonly probability: number }[];
      readonly logits: readonly number[];
    }
  | { readonly file: string; readonly error: LabErrorJson };

/** What a prediction needs of a network. */
export interface Predictor {
  readonly classes: readonly string[];
  readonly pipeline: PixelPipeline;
  /** The logits of pictures uint8 `[N, S, S, 3]`. */
  logits(pixels: Uint8Array, count: number): Promise<Float32Array[]>;
  release(): Promise<void>;
}

const BATCH = 32;

/**
 * Classifies files, in their order. A picture that cannot be read is reported with its error, and the others go on.
 *
 * @returns how many could not be read
 * @throws LabError those of opening the run or the model
 */
export async function predictFiles(options: PredictOptions): Promise<{ readonly failed: number }> {
  const { source, files, top = 5, signal, maxPixels, onPrediction } = options;
  const predictor = await openPredictor(source);
  let failed = 0;
  try {
    for (let at = 0; at < files.length; at += BATCH) {
      if (signal?.aborted) throw new LabError('CANCELLED', 'The prediction was cancelled.');
      for (const prediction of await predictBatch(predictor, files.slice(at, at + BATCH), top, maxPixels)) {
        if ('error' in prediction) failed += 1;
        onPrediction(prediction);
      }
    }
  } finally {
    await predictor.release();
  }
  return { failed };
}

async function openPredictor(source: PredictSource): Promise<Predictor> {
  if ('model' in source) return openExported(source.model, await sessionOptions(source));
  const opened = await openRun(source);
  const classifier = await runClassifier(opened, source);
  return {
    classes: opened.run.dataset.classes,
    pipeline: opened.run.settings.pipeline,
    logits: (pixels, count) => classifier.run(pixels, count),
    release: () => classifier.release(),
  };
}

async function predictBatch(
  predictor: Predictor,
  files: readonly string[],
  top: number,
  maxPixels: number | undefined,
): Promise<Prediction[]> {
  const rendered = await Promise.all(
    files.map((file) => renderFile(file, predictor.pipeline, maxPixels).catch(LabError.from)),
  );
  const readable = rendered.filter((pixels) => pixels instanceof Uint8Array);
  const logits = readable.length > 0 ? await predictor.logits(concat(readable), readable.length) : [];
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
