/** A network with fixed weights: pixels in, logits out. */
import type { Loader } from '../data/loader.ts';
import { batchSizes } from '../data/sampler.ts';
import { bindInitializers, keepOutputs } from '../onnx/edit.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';
import { createSession, type Session, type SessionOptions } from '../runtime/session.ts';

/** Turns images uint8 `[N, S, S, 3]` into one vector each: logits, or features. */
export class Classifier {
  readonly #session: Session;
  readonly #imageSize: number;
  readonly #output: string;

  private constructor(session: Session, imageSize: number, output: string) {
    this.#session = session;
    this.#imageSize = imageSize;
    this.#output = output;
  }

  /** Loads a graph with its weights as constants, so that BatchNorm folds into the convolutions. */
  static async create(
    model: Model,
    weights: ReadonlyMap<string, Tensor>,
    output: 'logits' | 'features',
    options: SessionOptions,
  ): Promise<Classifier> {
    const bound = bindInitializers(keepOutputs(model, [output]), weights);
    const side = bound.graph.inputs.find(({ name }) => name === 'images')?.shape?.[1] as number;
    return new Classifier(await createSession(bound, options), side, output);
  }

  /** The vectors of `count` images, one after the other. */
  async run(pixels: Uint8Array, count: number): Promise<Float32Array[]> {
    const dims = [count, this.#imageSize, this.#imageSize, 3];
    const feeds = new Map([['images', { dtype: 'uint8', dims, data: pixels } as const]]);
    const { data } = (await this.#session.run(feeds)).get(this.#output)!;
    return splitRows(data as Float32Array, count);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** A row's vector. */
export interface RowVector {
  readonly row: number;
  readonly label: number;
  readonly vector: Float32Array;
  /** SHA-256 of the file that was decoded. */
  readonly source: string;
}

/** Which rows a classifier is shown, and how. */
export interface ClassifyOptions {
  readonly loader: Loader;
  /** Row numbers of the loader. */
  readonly order: Uint32Array;
  readonly batchSize: number;
  /** Draws augmentations for this epoch; none when left out. */
  readonly augmentEpoch?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The vectors of rows, in their order. */
export async function* classifyRows(
  classifier: Classifier,
  { loader, order, batchSize, augmentEpoch, signal }: ClassifyOptions,
): AsyncGenerator<RowVector> {
  const batches = loader.batches({
    order,
    sizes: batchSizes(order.length, batchSize, { dropLast: false, joinSingle: false }),
    epoch: augmentEpoch ?? 0,
    augment: augmentEpoch !== undefined,
    witness: 'bytes',
    ...(signal && { signal }),
  });
  for await (const { pixels, rows, labels, witness } of batches) {
    const vectors = await classifier.run(pixels, rows.length);
    for (const [at, vector] of vectors.entries())
      yield { row: rows[at]!, label: labels[at]!, vector, source: witness!.sources[at]! };
  }
}

/** The rows of a matrix, as views. */
export function splitRows(data: Float32Array, count: number): Float32Array[] {
  const width = data.length / count;
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width));
}
