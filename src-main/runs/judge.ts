/** What a run's network says about every sample of a data set, and where the run had each. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { LabError } from '../../src-shared/errors.ts';
import { createLoader, type LoaderRow } from '../data/loader.ts';
import { SampleSource, type SourceOptions } from '../data/sample-source.ts';
import { batchSizes } from '../data/sampler.ts';
import type { SampleFile } from '../data/store/evaluation-types.ts';
import type { SeenIn } from '../data/store/predictions.ts';
import type { Split } from '../data/store/types.ts';
import type { Classifier } from './classifier.ts';
import { softmax } from './metrics/softmax.ts';
import { readRows } from './rows.ts';
import { openRun, runClassifier, type OpenRun, type RunChoice } from './run-classifier.ts';

/** Options of {@link judgeSamples}. */
export interface JudgeOptions extends RunChoice {
  /** A file of {@link SampleFile}s as JSON lines. */
  readonly samples: string;
  /** Also those that the run did not have, unless they are excluded. */
  readonly unseen: boolean;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly emit: (event: JudgeEvent) => void;
}

/** What {@link judgeSamples} reports. */
export type JudgeEvent =
  | {
      readonly event: 'batch';
      readonly done: number;
      readonly total: number;
      /** Ids of samples. */
      readonly samples: readonly number[];
      readonly seenIn: readonly SeenIn[];
      /** [samples, classes], in the order of the network's outputs. */
      readonly probabilities: Float32Array;
    }
  | { readonly event: 'skipped'; readonly path: string; readonly reason: string };

/** A sample to show the network. */
interface Shown extends LoaderRow {
  readonly id: number;
  readonly seenIn: SeenIn;
}

/**
 * Shows the samples to the network, plain and not augmented. A picture that cannot be read, or that has changed
 * since its import, is reported and left out.
 *
 * @throws LabError `SPLIT_EMPTY` when there is no sample to show, `RUN_STATE`, `ARTIFACT_CHANGED`, `CANCELLED`
 */
export async function judgeSamples(options: JudgeOptions): Promise<{ readonly epoch: number }> {
  const opened = await openRun(options);
  const rows = await shownSamples(opened, options);
  if (rows.length === 0) {
    throw new LabError(
      'SPLIT_EMPTY',
      `Evaluating the run ${opened.run.id}: the data set "${opened.run.dataset.name}" has none of its images any more.`,
      { hint: 'Import the images again, or train a new run.' },
    );
  }
  const classifier = await runClassifier(opened, options);
  try {
    await showAll(opened, classifier, rows, options);
  } finally {
    await classifier.release();
  }
  return { epoch: opened.epoch };
}

async function shownSamples(opened: OpenRun, { samples, unseen }: JudgeOptions): Promise<Shown[]> {
  const seenIn = await seenSamples(opened);
  const shown: Shown[] = [];
  for await (const line of createInterface({ input: createReadStream(samples), crlfDelay: Infinity })) {
    const { excluded, ...sample } = JSON.parse(line) as SampleFile;
    const seen = seenIn(sample);
    if (seen !== undefined) shown.push({ ...sample, label: 0, seenIn: seen });
    else if (unseen && !excluded) shown.push({ ...sample, label: 0, seenIn: 'none' });
  }
  return shown;
}

/**
 * Where the run had a sample: by path and bytes, and where it had none of the path by the bytes alone, since files
 * may have moved and copies stay on one side of a split.
 */
async function seenSamples({
  paths,
  run,
}: OpenRun): Promise<(sample: Pick<SampleFile, 'path' | 'sha256'>) => Split | undefined> {
  const byPath = new Map<string, Split>();
  const byBytes = new Map<string, Split>();
  const key = (path: string, sha256: string): string => `${sha256} ${path.normalize('NFC')}`;
  for (const { path, sha256, split } of await readRows(paths.rows, run.dataset.sha256)) {
    byPath.set(key(path, sha256), split);
    byBytes.set(sha256, split);
  }
  return ({ path, sha256 }) => byPath.get(key(path, sha256)) ?? byBytes.get(sha256);
}

async function showAll(
  { run }: OpenRun,
  classifier: Classifier,
  rows: readonly Shown[],
  { batchSize, signal, emit }: JudgeOptions,
): Promise<void> {
  const { pipeline, seed, maxPixels, evaluationBatchSize } = run.settings;
  const size = batchSize ?? evaluationBatchSize;
  // Every picture is shown once: nothing is worth keeping.
  const source = { rows, pipeline, seed, cacheBytes: 0, ...(maxPixels !== undefined && { maxPixels }) };
  const loader = createLoader(source);
  let done = 0;
  const show = async (pixels: Uint8Array, shown: readonly Shown[]): Promise<void> => {
    const vectors = await classifier.run(pixels, shown.length);
    const probabilities = Float32Array.from(vectors.flatMap((vector) => Array.from(softmax(vector))));
    const samples = shown.map(({ id }) => id);
    const seenIn = shown.map((row) => row.seenIn);
    emit({ event: 'batch', done, total: rows.length, samples, seenIn, probabilities });
  };
  try {
    while (done < rows.length) {
      const order = Uint32Array.from({ length: rows.length - done }, (_, index) => done + index);
      const sizes = batchSizes(order.length, size, { dropLast: false, joinSingle: false });
      try {
        for await (const batch of loader.batches({
          order,
          sizes,
          epoch: 0,
          augment: false,
          ...(signal && { signal }),
        })) {
          done += batch.rows.length;
          await show(batch.pixels, rows.slice(done - batch.rows.length, done));
        }
      } catch (error) {
        if (!isAboutPicture(error)) throw error;
        // One picture of the next batch: each is read alone, and the pass begins again behind them.
        const batch = rows.slice(done, done + size);
        done += batch.length;
        for (const [at, row] of batch.entries()) {
          const pixels = await readAlone(source, done - batch.length + at);
          if (pixels instanceof LabError) emit({ event: 'skipped', path: row.path, reason: pixels.message });
          else await show(pixels, [row]);
        }
      }
    }
  } finally {
    await loader.close();
  }
}

async function readAlone(source: SourceOptions, row: number): Promise<Uint8Array | LabError> {
  try {
    return (await new SampleSource(source).render(row, undefined)).pixels.data;
  } catch (error) {
    if (isAboutPicture(error)) return error;
    throw error;
  }
}

function isAboutPicture(error: unknown): error is LabError {
  if (!(error instanceof LabError)) return false;
  return /^(IMAGE|SAMPLE|SOURCE)_/.test(error.code);
}
