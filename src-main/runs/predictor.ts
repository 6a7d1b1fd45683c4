/** A network that can be asked about pictures, wherever it comes from. */
import { LabError } from '../../src-shared/errors.ts';
import { readFile } from 'node:fs/promises';
import type { PixelPipeline } from '../data/pipeline.ts';
import { decodeModel } from '../onnx/decode.ts';
import { isOwnExport } from './export-metadata.ts';
import { openExported } from './exported-model.ts';
import { openForeign } from './foreign-model.ts';
import { openRun, runClassifier, sessionOptions, type RunChoice } from './run-classifier.ts';

/** Where the network comes from. */
export type PredictSource = RunChoice | (Pick<RunChoice, 'device' | 'threads'> & { readonly model: string });

/** What a network is known to be. */
export type PredictorOrigin =
  | {
      readonly kind: 'run' | 'export';
      readonly run: string;
      readonly epoch: number;
      readonly dataset: string;
    }
  | { readonly kind: 'foreign' };

/**
 * What had to be assumed: that the classes are called by their numbers; ImageNet's usual size, or its mean and
 * deviation; that the short side is resized and the middle taken.
 */
export type Assumption = 'class-names' | 'image-size' | 'normalization' | 'resize';

/** What a prediction needs of a network. */
export interface Predictor {
  readonly origin: PredictorOrigin;
  /** In the order of the logits. */
  readonly classes: readonly string[];
  readonly pipeline: PixelPipeline;
  /** What a file does not say. */
  readonly assumed: readonly Assumption[];
  /** The logits of pictures uint8 `[N, S, S, 3]`. */
  logits(pixels: Uint8Array, count: number): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/**
 * Loads a network; release it after use.
 *
 * @throws LabError `RUN_STATE`, `ARTIFACT_CHANGED`, `SOURCE_NOT_FOUND`, `MODEL_FILE`, those of reading ONNX
 */
export async function openPredictor(source: PredictSource): Promise<Predictor> {
  if ('model' in source) return openFile(source);
  const opened = await openRun(source);
  const classifier = await runClassifier(opened, source);
  const { id, dataset, settings } = opened.run;
  return {
    origin: { kind: 'run', run: id, epoch: opened.epoch, dataset: dataset.name },
    classes: dataset.classes,
    pipeline: settings.pipeline,
    assumed: [],
    logits: (pixels, count) => classifier.run(pixels, count),
    release: () => classifier.release(),
  };
}

async function openFile(source: Extract<PredictSource, { model: string }>): Promise<Predictor> {
  const { model: file } = source;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new LabError('SOURCE_NOT_FOUND', `Reading the model ${file}: there is no such file.`, { cause });
  });
  const options = await sessionOptions(source);
  const open = isOwnExport(decodeModel(bytes, file).metadata) ? openExported : openForeign;
  return open(bytes, file, options);
}
