/** An `.onnx` that another tool wrote as a predictor, as far as it can be understood. */
import { runnableClassifier } from '../models/imported/runnable.ts';
import { createPipeline } from '../data/pipeline.ts';
import { createSession, type SessionOptions } from '../runtime/session.ts';
import { LabError } from '../../src-shared/errors.ts';
import { splitRows } from './classifier.ts';
import { imageTensor, type ImageFeed } from './image-feed.ts';
import type { Predictor } from './predictor.ts';

/** ImageNet's mean and deviation, which most published classifiers were trained with. */
const USUAL = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * Loads a classifier. Its classes are called by their numbers.
 *
 * @throws LabError `MODEL_FILE`, `ONNX_PARSE`, `ONNX_EXTERNAL_DATA`, `ONNX_UNSUPPORTED`, `ONNX_INVALID_GRAPH`, `ONNX_SHAPE`
 */
export async function openForeign(
  bytes: Uint8Array,
  file: string,
  options: SessionOptions,
): Promise<Predictor> {
  const { model, input, output, classes, imageSize, normalization } = runnableClassifier(bytes, file);
  const feed: ImageFeed = {
    dtype: input.dtype === 'uint8' ? 'uint8' : 'float32',
    layout: input.layout,
    imageSize,
    normalization: normalization ?? USUAL,
  };
  const session = await createSession(model, { ...options, name: file });
  const run = async (pixels: Uint8Array, count: number): Promise<Float32Array[]> => {
    const feeds = new Map([[input.name, imageTensor(pixels, count, feed)]]);
    const { data } = (await session.run(feeds)).get(output)!;
    if (data.length !== count * classes) throw otherShape(file, data.length / count, classes);
    return splitRows(data as Float32Array, count);
  };
  return {
    origin: { kind: 'foreign' },
    classes: Array.from({ length: classes }, (_, index) => String(index)),
    pipeline: createPipeline({ imageSize }),
    assumed: [
      'class-names',
      ...(input.size === undefined ? (['image-size'] as const) : []),
      ...(normalization === undefined ? (['normalization'] as const) : []),
      'resize',
    ],
    logits: input.batch === undefined ? run : inBatches(run, input.batch),
    release: () => session.release(),
  };
}

type Run = Predictor['logits'];

/** For a network that takes `size` images and nothing else; what is missing in the last batch is black. */
function inBatches(run: Run, size: number): Run {
  return async (pixels, count) => {
    const bytes = pixels.length / count;
    const logits: Float32Array[] = [];
    for (let at = 0; at < count; at += size) {
      const batch = new Uint8Array(size * bytes);
      batch.set(pixels.subarray(at * bytes, (at + size) * bytes));
      logits.push(...(await run(batch, size)).slice(0, count - at));
    }
    return logits;
  };
}

function otherShape(file: string, found: number, classes: number): LabError {
  return new LabError(
    'MODEL_FILE',
    `Asking the network ${file}: expected ${classes} values for each image, found ${found}.`,
  );
}
