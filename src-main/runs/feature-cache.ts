/**
 * Features of a frozen backbone, computed once and kept in files. A file holds one chunk of rows; its name is the
 * hash of everything its content depends on, so nothing stale is ever read, and a killed computation goes on.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../base/hash.ts';
import type { Loader, LoaderRow } from '../data/loader.ts';
import type { PixelPipeline } from '../data/pipeline.ts';
import { readSafetensors, writeSafetensors } from '../models/weights/safetensors.ts';
import { float32, toBytes, type Tensor } from '../onnx/tensor.ts';
import { classifyRows, type Classifier } from './classifier.ts';

/** Rows of one file. */
const CHUNK = 256;

/** What a {@link FeatureCache} is made for. */
export interface FeatureCacheOptions {
  readonly folder: string;
  /** Makes the backbone, when something has to be computed. */
  readonly createBackbone: () => Promise<Classifier>;
  /** See {@link backboneHash}. */
  readonly backbone: string;
  readonly featureSize: number;
  readonly pipeline: PixelPipeline;
  readonly rows: readonly LoaderRow[];
  readonly loader: Loader;
  readonly seed: number;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  readonly onProgress: (computed: number) => void;
}

/**
 * A hash of a backbone: its graph (itself a hash), its weights, and what the last bits of its features depend on,
 * such as the number of threads.
 */
export function backboneHash(
  graph: string,
  weights: ReadonlyMap<string, Tensor>,
  machine: readonly (string | number)[],
): string {
  const parts = [...weights].map(([name, tensor]) => [name, tensor.dims, sha256(toBytes(tensor))]);
  return sha256(JSON.stringify([graph, parts, machine]));
}

/** Reads features from files, and computes what is not there. */
export class FeatureCache {
  readonly #options: FeatureCacheOptions;
  #backbone: Classifier | undefined;
  #computed = 0;

  constructor(options: FeatureCacheOptions) {
    this.#options = options;
  }

  /**
   * The features of rows, in their order, as one matrix `[rows, featureSize]`.
   *
   * @param draw which of the augmented versions; undefined for the plain pictures
   * @throws LabError `CANCELLED` when the signal aborts; what is complete by then is kept
   */
  async features(order: Uint32Array, draw: number | undefined): Promise<Float32Array> {
    const { featureSize } = this.#options;
    const all = new Float32Array(order.length * featureSize);
    for (let start = 0; start < order.length; start += CHUNK) {
      const chunk = order.subarray(start, start + CHUNK);
      all.set(await this.#chunk(chunk, draw), start * featureSize);
    }
    return all;
  }

  /** Frees the backbone. */
  async close(): Promise<void> {
    await this.#backbone?.release();
    this.#backbone = undefined;
  }

  async #chunk(order: Uint32Array, draw: number | undefined): Promise<Float32Array> {
    const { folder, featureSize } = this.#options;
    const key = this.#key(order, draw);
    const file = path.join(folder, key.slice(0, 2), `${key}.safetensors`);
    const known = await readChunk(file, order.length * featureSize);
    if (known !== undefined) {
      this.#report(order.length);
      return known;
    }
    const features = await this.#compute(order, draw);
    await mkdir(path.dirname(file), { recursive: true });
    await writeSafetensors(file, new Map([['features', float32([order.length, featureSize], features)]]), {});
    return features;
  }

  #key(order: Uint32Array, draw: number | undefined): string {
    const { backbone, pipeline, rows, seed } = this.#options;
    const { imageSize, transforms, augmentations } = pipeline;
    const contents = Array.from(order, (row) => rows[row]!.sha256);
    // Augmentation is keyed by seed, draw and row number; without it none of the three matters.
    const drawn = draw === undefined ? null : [augmentations, seed, draw, [...order]];
    return sha256(JSON.stringify([backbone, imageSize, transforms, drawn, contents]));
  }

  async #compute(order: Uint32Array, draw: number | undefined): Promise<Float32Array> {
    const { loader, batchSize, featureSize, signal, createBackbone } = this.#options;
    this.#backbone ??= await createBackbone();
    const features = new Float32Array(order.length * featureSize);
    let at = 0;
    const vectors = classifyRows(this.#backbone, {
      loader,
      order,
      batchSize,
      signal,
      ...(draw !== undefined && { augmentEpoch: draw }),
    });
    for await (const { vector } of vectors) {
      features.set(vector, at);
      at += featureSize;
      if (at % (batchSize * featureSize) === 0) this.#report(batchSize);
    }
    this.#report(order.length % batchSize);
    return features;
  }

  #report(rows: number): void {
    if (rows === 0) return;
    this.#computed += rows;
    this.#options.onProgress(this.#computed);
  }
}

/** A chunk's features; undefined when the file is missing or not what was written. */
async function readChunk(file: string, length: number): Promise<Float32Array | undefined> {
  if (!existsSync(file)) return undefined;
  const tensor = await readSafetensors(file).then(
    ({ tensors }) => tensors.get('features'),
    () => undefined,
  );
  return tensor?.dtype === 'float32' && tensor.data.length === length
    ? (tensor.data as Float32Array)
    : undefined;
}
