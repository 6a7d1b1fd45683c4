/** The phase that trains the head alone: its steps are shown features of the frozen backbone, computed once. */
import path from 'node:path';
import { sampleSpecs } from '../data/augmentations/index.ts';
import { checksum } from '../data/witness.ts';
import { float32, toBytes, type Tensor } from '../onnx/tensor.ts';
import { createSession, runtimeVersion, type Session } from '../runtime/session.ts';
import { readArtifact } from './artifacts.ts';
import { Classifier, splitRows } from './classifier.ts';
import { evaluated } from './evaluated.ts';
import { drawOf } from './epoch-plan.ts';
import { backboneHash, FeatureCache, type Feature } from './feature-cache.ts';
import { headModel } from './head-model.ts';
import { SummaryAccumulator, type Summary } from './metrics/classification.ts';
import { artifactPath } from './run-folder.ts';
import { drawCount } from './settings.ts';
import type { PhaseData, TrainContext } from './train-context.ts';

/** A row's features, where they come from, and their checksum. */
interface Entry extends Feature {
  readonly checksum: number;
}

/** By row number. */
type FeatureTable = ReadonlyMap<number, Entry>;

/**
 * Computes or reads all features of the phase.
 *
 * @param epochs how many the phase has
 * @throws LabError `CANCELLED` when the context's signal aborts meanwhile
 */
export async function createFeaturePhase(context: TrainContext, epochs: number): Promise<PhaseData> {
  const { run, validation } = context;
  const { draws: wanted, pipeline, seed } = run.settings;
  const draws = drawCount(wanted, epochs, sampleSpecs(pipeline.augmentations).length);
  const tables = await computeTables(context, draws);
  const head = await createHead(context);

  async function summarise(
    weights: ReadonlyMap<string, Tensor>,
    split: 'train' | 'validation',
  ): Promise<Summary> {
    const order = evaluated(context[split], run.settings, split);
    const accumulator = new SummaryAccumulator(run.dataset.classes.length);
    const input = gather(Array.from(order, (row) => tables.plain.get(row)!));
    const logits = await head.logits(weights, input, order.length);
    for (const [at, vector] of logits.entries()) accumulator.add(vector, context.rows[order[at]!]!.label);
    return accumulator.summary();
  }

  return {
    async *batches({ order, sizes, epoch }) {
      const shown = (row: number): Entry => {
        // The phase is the first one, so the run's epochs are the phase's.
        const table = draws === 0 ? tables.plain : tables.drawn[drawOf(seed, row, epoch - 1, draws)]!;
        return table.get(row)!;
      };
      let at = 0;
      for (const size of sizes) {
        const rows = order.subarray(at, at + size);
        at += size;
        const entries = Array.from(rows, shown);
        const data = gather(entries);
        const labels = Int32Array.from(rows, (row) => context.rows[row]!.label);
        const witness = {
          sources: entries.map(({ source }) => source),
          checksums: Uint32Array.from(entries, (entry) => entry.checksum),
        };
        yield await Promise.resolve({ input: float32([size, data.length / size], data), labels, witness });
      }
    },
    async evaluate(weights) {
      return {
        train: await summarise(weights, 'train'),
        validation: validation.length > 0 ? await summarise(weights, 'validation') : null,
      };
    },
    close: () => head.release(),
  };
}

interface Tables {
  readonly plain: FeatureTable;
  readonly drawn: readonly FeatureTable[];
}

async function computeTables(context: TrainContext, draws: number): Promise<Tables> {
  const { train, validation } = context;
  const total = train.length * (draws + 1) + validation.length;
  const cache = await openCache(context, (done) =>
    context.emit({ event: 'progress', what: 'features', draws, done, total }),
  );
  const table = async (order: Uint32Array, draw?: number): Promise<[number, Entry][]> => {
    const features = await cache.features(order, draw);
    return Array.from(order, (row, at) => [row, withChecksum(features[at]!)]);
  };
  try {
    const plain = new Map([...(await table(train)), ...(await table(validation))]);
    const drawn: FeatureTable[] = [];
    for (let draw = 0; draw < draws; draw++) drawn.push(new Map(await table(train, draw)));
    return { plain, drawn };
  } finally {
    await cache.close();
  }
}

async function openCache(
  { paths, run, initial, rows, loader, session, cacheFolder, signal }: TrainContext,
  onProgress: (computed: number) => void,
): Promise<FeatureCache> {
  const relative = artifactPath('head', 'features_model');
  const model = await readArtifact(paths, run, relative);
  const inputs = new Set(model.graph.inputs.map(({ name }) => name));
  const weights = new Map([...initial].filter(([name]) => inputs.has(name)));
  const { pipeline, seed, evaluationBatchSize: batchSize } = run.settings;
  const machine = [session.device ?? 'cpu', session.threads ?? 0, runtimeVersion(), batchSize];
  return new FeatureCache({
    folder: path.join(cacheFolder, 'features'),
    createBackbone: () => Classifier.create(model, weights, 'features', session),
    backbone: backboneHash(run.files[relative]!, weights, machine),
    featureSize: model.graph.outputs[0]!.shape![1] as number,
    pipeline,
    rows,
    loader,
    seed,
    batchSize,
    signal,
    onProgress,
  });
}

interface Head {
  logits(
    weights: ReadonlyMap<string, Tensor>,
    features: Float32Array,
    count: number,
  ): Promise<Float32Array[]>;
  release(): Promise<void>;
}

async function createHead({ paths, run, session }: TrainContext): Promise<Head> {
  const evaluation = await readArtifact(paths, run, artifactPath('head', 'eval_model'));
  const inner: Session = await createSession(headModel(evaluation), { ...session, name: 'the head' });
  return {
    async logits(weights, features, count) {
      const feeds = new Map(weights).set('features', float32([count, features.length / count], features));
      return splitRows((await inner.run(feeds)).get('logits')!.data as Float32Array, count);
    },
    release: () => inner.release(),
  };
}

function withChecksum({ vector, source }: Feature): Entry {
  return { vector, source, checksum: checksum(toBytes(float32([vector.length], vector))) };
}

function gather(features: readonly Feature[]): Float32Array {
  const width = features[0]?.vector.length ?? 0;
  const data = new Float32Array(features.length * width);
  for (const [at, { vector }] of features.entries()) data.set(vector, at * width);
  return data;
}
