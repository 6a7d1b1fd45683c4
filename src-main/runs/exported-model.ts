/** An exported `.onnx` as a predictor: everything it needs to know stands in the file. */
import { decodeModel } from '../onnx/decode.ts';
import { createSession, type SessionOptions } from '../runtime/session.ts';
import { splitRows } from './classifier.ts';
import { decodeMetadata, type ExportMetadata } from './export-metadata.ts';
import { imageTensor, type ImageFeed } from './image-feed.ts';
import type { Predictor } from './predictor.ts';

/**
 * Loads an exported file.
 *
 * @param file how errors call it
 * @throws LabError `ONNX_PARSE`, `ONNX_UNSUPPORTED`, `ONNX_INVALID_GRAPH`
 */
export async function openExported(
  bytes: Uint8Array,
  file: string,
  options: SessionOptions,
): Promise<Predictor> {
  const metadata = decodeMetadata(decodeModel(bytes, file).metadata, file);
  const { classes, pipeline, run, epoch, dataset } = metadata;
  const session = await createSession(bytes, { ...options, name: file });
  const feed = feedOf(metadata);
  return {
    origin: { kind: 'export', run, epoch, dataset: dataset.name },
    ...{ classes, pipeline, assumed: [] },
    logits: async (pixels, count) => {
      const feeds = new Map([[session.inputNames[0]!, imageTensor(pixels, count, feed)]]);
      return splitRows((await session.run(feeds)).get('logits')!.data as Float32Array, count);
    },
    release: () => session.release(),
  };
}

function feedOf({ input, pipeline, normalization }: ExportMetadata): ImageFeed {
  const { imageSize } = pipeline;
  return input === 'image'
    ? { dtype: 'uint8', layout: 'NHWC', imageSize, normalization }
    : { dtype: 'float32', layout: 'NCHW', imageSize, normalization };
}
