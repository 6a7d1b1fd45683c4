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
import { classifyRows, splitRows, type Classifier } from './classifier.ts';

/** Rows of one file. */
const CHUNK = 256;

/** A picture's features, and the SHA-256 of the file they were computed from. */
export interface Feature {
  readonly vector: Float32Array;
  readonly source: string;
}

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
   * The features of rows, in their order.
   *
   * @param draw which of the augmented versions; undefined for the plain pictures
   * @throws LabError `CANCELLED` when the signal aborts; what is complete by then is kept
   */
  async features(order: Uint32Array, draw: number | undefined): Promise<Feature[]> {
    const all: Feature[] = [];
    for (let start = 0; start < order.length; start += CHUNK) {
      all.push(...(await this.#chunk(order.subarray(start, start + CHUNK), draw)));
    }
    return all;
  }

  /** Frees the backbone. */
  async close(): Promise<void> {
    await this.#backbone?.release();
    this.#backbone = undefined;
  }

  async #chunk(order: Uint32Array, draw: number | undefined): Promise<Feature[]> {
    const { folder, featureSize } = this.#options;
    const key = this.#key(order, draw);
    const file = path.join(folder, key.slice(0, 2), `${key}.safetensors`);
    const known = await readChunk(file, order.length, featureSize);
    if (known !== undefined) {
      this.#report(order.length);
      return known;
    }
    const features = await this.#compute(order, draw);
    await mkdir(path.dirname(file), { recursive: true });
    await writeSafetensors(file, chunkTensors(features, featureSize), {});
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

  async #compute(order: Uint32Array, draw: number | undefined): Promise<Feature[]> {
    const { loader, batchSize, signal, createBackbone } = this.#options;
    this.#backbone ??= await createBackbone();
    const features: Feature[] = [];
    const vectors = classifyRows(this.#backbone, {
      loader,
      order,
      batchSize,
      signal,
      ...(draw !== undefined && { augmentEpoch: draw }),
    });
    for await (const { vector, source } of vectors) {
      features.push({ vector, source });
      if (features.length % batchSize === 0) this.#report(batchSize);
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

/** Bytes of a SHA-256. */
const HASH = 32;

function chunkTensors(features: readonly Feature[], featureSize: number): Map<string, Tensor> {
  const count = features.length;
  const data = new Float32Array(count * featureSize);
  const sources = new Uint8Array(count * HASH);
  for (const [at, { vector, source }] of features.entries()) {
    data.set(vector, at * featureSize);
    sources.set(Buffer.from(source, 'hex'), at * HASH);
  }
  return new Map<string, Tensor>([
    ['features', float32([count, featureSize], data)],
    ['sources', { dtype: 'uint8', dims: [count, HASH], data: sources }],
  ]);
}

/** A chunk's features; undefined when the file is missing or not what is written today. */
async function readChunk(file: string, count: number, featureSize: number): Promise<Feature[] | undefined> {
  if (!existsSync(file)) return undefined;
  const tensors = await readSafetensors(file).then(
    (found) => found.tensors,
    () => new Map<string, Tensor>(),
  );
  const [features, sources] = [tensors.get('features'), tensors.get('sources')];
  if (features?.dtype !== 'float32' || features.data.length !== count * featureSize) return undefined;
  if (sources?.dtype !== 'uint8' || sources.data.length !== count * HASH) return undefined;
  const hashes = Buffer.from(sources.data as Uint8Array).toString('hex');
  return splitRows(features.data as Float32Array, count).map((vector, at) => ({
    vector,
    source: hashes.slice(2 * HASH * at, 2 * HASH * (at + 1)),
  }));
}
