/** An exported `.onnx` as a predictor: everything it needs to know stands in the file. */
import { readFile } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { createSession, type Session, type SessionOptions } from '../runtime/session.ts';
import { splitRows } from './classifier.ts';
import { decodeMetadata, type ExportMetadata } from './export-metadata.ts';
import type { Predictor } from './predict.ts';

/**
 * Loads an exported file.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `ONNX_PARSE`, `ONNX_UNSUPPORTED`, `ONNX_INVALID_GRAPH`
 */
export async function openExported(file: string, options: SessionOptions): Promise<Predictor> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new LabError('SOURCE_NOT_FOUND', `Reading the model ${file}: there is no such file.`, { cause });
  });
  const metadata = decodeMetadata(decodeModel(bytes, file).metadata, file);
  const session = await createSession(bytes, { ...options, name: file });
  return {
    classes: metadata.classes,
    pipeline: metadata.pipeline,
    logits: async (pixels, count) => {
      const feeds = new Map([[session.inputNames[0]!, inputTensor(metadata, pixels, count)]]);
      return splitRows(await logitsOf(session, feeds), count);
    },
    release: () => session.release(),
  };
}

async function logitsOf(session: Session, feeds: ReadonlyMap<string, Tensor>): Promise<Float32Array> {
  return (await session.run(feeds)).get('logits')!.data as Float32Array;
}

function inputTensor(metadata: ExportMetadata, pixels: Uint8Array, count: number): Tensor {
  const size = metadata.pipeline.imageSize;
  if (metadata.input === 'image') return { dtype: 'uint8', dims: [count, size, size, 3], data: pixels };
  const data = normalise(pixels, count, size, metadata.normalization);
  return { dtype: 'float32', dims: [count, 3, size, size], data };
}

/** As torchvision's ToTensor and Normalize: uint8 `[N, S, S, 3]` → (x / 255 − mean) / std `[N, 3, S, S]`. */
function normalise(
  pixels: Uint8Array,
  count: number,
  size: number,
  { mean, std }: ExportMetadata['normalization'],
): Float32Array {
  const area = size * size;
  const planes = new Float32Array(pixels.length);
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = image * area * 3 + channel;
      const to = (image * 3 + channel) * area;
      for (let at = 0; at < area; at++) {
        planes[to + at] = (pixels[from + at * 3]! / 255 - mean[channel]!) / std[channel]!;
      }
    }
  }
  return planes;
}
