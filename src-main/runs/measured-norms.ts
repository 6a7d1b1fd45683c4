/** First values of restored BatchNorm layers, with which they leave the network's function alone. */
import { createLoader } from '../data/loader.ts';
import { batchSizes } from '../data/sampler.ts';
import { normNames, type RestoredNorms } from '../models/imported/restored-norms.ts';
import { Network, normalizedImages } from '../models/layers/index.ts';
import { bindInitializers } from '../onnx/edit.ts';
import { GraphBuilder, type Value } from '../onnx/graph-builder.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';
import { createSession, type Session } from '../runtime/session.ts';
import { ChannelStatistics } from './channel-statistics.ts';
import { evenlySpread, labelledRows, rowsOf, type RunRow } from './rows.ts';
import type { RunFile } from './run-file.ts';
import type { Weights } from './weights.ts';

/** Images that are measured. */
const IMAGES = 512;

/** As in PyTorch's BatchNorm2d, and in the layers. */
const EPS = 1e-5;

/** What is measured, and who watches. */
export interface MeasureOptions {
  readonly run: RunFile;
  readonly rows: readonly RunRow[];
  readonly norms: RestoredNorms;
  /** Of the network without the layers, or more. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Measures what the layers are to normalise, in the network without them, on training images that are not augmented:
 * evenly spread, at most 512. With mean μ and variance σ² as running statistics, weight √(σ² + ε) and bias μ, each
 * layer gives back what it takes; so it does in training for a batch with these statistics.
 *
 * @returns the layers' tensors by name
 * @throws LabError `CANCELLED`, and those of images
 */
export async function measuredNorms(options: MeasureOptions): Promise<Weights> {
  const { run, weights, norms } = options;
  const model = bindInitializers(statisticsModel(run, norms), weights);
  const { device, threads } = run.machine!;
  const session = await createSession(model, { device, threads, name: 'the statistics' });
  try {
    return await measure(session, options);
  } finally {
    await session.release();
  }
}

/** Images uint8 → mean and variance of each channel over a batch. */
function statisticsModel({ settings }: RunFile, norms: RestoredNorms): Model {
  const { imageSize } = settings.pipeline;
  const g = new GraphBuilder('statistics_model');
  const net = new Network(g, { training: false, isTrainable: () => false });
  const pixels = g.input('images', 'uint8', ['N', imageSize, imageSize, 3]);
  const images = normalizedImages(g, pixels, settings.normalization);
  for (const [layer, x] of norms.inputs(net, images)) {
    const names = normNames(layer);
    const average = (value: Value, keep: boolean): Value => g.reduceMean(value, [0, 2, 3], keep);
    const centered = g.sub(x, average(x, true));
    g.output(average(x, false), names.mean);
    g.output(average(g.mul(centered, centered), false), names.variance);
  }
  return g.build();
}

async function measure(
  session: Session,
  { run, rows, norms, signal, onProgress }: MeasureOptions,
): Promise<Weights> {
  const { pipeline, seed, maxPixels, evaluationBatchSize } = run.settings;
  const { imageSize } = pipeline;
  const order = Uint32Array.from(evenlySpread(rowsOf(rows, 'train'), IMAGES));
  const statistics = new Map(norms.names.map((layer) => [layer, new ChannelStatistics()]));
  const source = { rows: labelledRows(rows, run.dataset.classes), pipeline, seed, cacheBytes: 0 };
  const loader = createLoader({ ...source, ...(maxPixels !== undefined && { maxPixels }) });
  try {
    const sizes = batchSizes(order.length, evaluationBatchSize, { dropLast: false, joinSingle: false });
    let done = 0;
    for await (const { pixels, labels } of loader.batches({
      order,
      sizes,
      epoch: 0,
      augment: false,
      signal,
    })) {
      const count = labels.length;
      const images: Tensor = { dtype: 'uint8', dims: [count, imageSize, imageSize, 3], data: pixels };
      const found = await session.run(new Map([['images', images]]));
      for (const [layer, { mean, variance }] of named(norms)) {
        statistics.get(layer)!.add(count, floatsOf(found, mean), floatsOf(found, variance));
      }
      done += count;
      onProgress(done, order.length);
    }
  } finally {
    await loader.close();
  }
  return new Map(named(norms).flatMap(([layer, names]) => tensorsOf(names, statistics.get(layer)!)));
}

function named({ names }: RestoredNorms): [layer: string, names: ReturnType<typeof normNames>][] {
  return names.map((layer) => [layer, normNames(layer)]);
}

function floatsOf(outputs: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  return outputs.get(name)!.data as Float32Array;
}

function tensorsOf(
  names: ReturnType<typeof normNames>,
  { mean, variance }: ChannelStatistics,
): [string, Tensor][] {
  const tensor = (values: readonly number[]): Tensor => float32([values.length], Float32Array.from(values));
  return [
    [names.weight, tensor(variance.map((value) => Math.sqrt(value + EPS)))],
    [names.bias, tensor(mean)],
    [names.mean, tensor(mean)],
    [names.variance, tensor(variance)],
  ];
}
