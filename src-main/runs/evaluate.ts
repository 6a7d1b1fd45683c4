/** How good a run is on pictures: of one of its splits, or of any others. */
import { LabError } from '../../src-shared/errors.ts';
import { createLoader, type Loader, type LoaderRow } from '../data/loader.ts';
import { evaluated } from './evaluated.ts';
import { classifyRows, type Classifier } from './classifier.ts';
import {
  classMetrics,
  SummaryAccumulator,
  type ClassMetrics,
  type Summary,
} from './metrics/classification.ts';
import { softmax } from './metrics/softmax.ts';
import { WorstSamples } from './metrics/worst.ts';
import { SPLITS, type Split } from '../data/store/types.ts';
import { labelledRows, readRows, type LabelledFile, type RunRow } from './rows.ts';
import type { RunFile } from './run-file.ts';
import { openRun, runClassifier, type OpenRun, type RunChoice } from './run-classifier.ts';

/** What to evaluate on: a split of the run, or pictures of its classes. */
export type EvaluationData = { readonly split: Split } | { readonly files: readonly LabelledFile[] };

/** Options of {@link evaluateRun}. */
export interface EvaluateOptions extends RunChoice {
  readonly data: EvaluationData;
  /** How many of the worst samples are listed; 20 unless told otherwise. */
  readonly worst?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A sample the network was most wrong about. */
export interface WorstSample {
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly loss: number;
  /** What the network gave the label. */
  readonly probability: number;
}

/** Figures of an evaluation. */
export interface Evaluation extends Summary {
  readonly run: string;
  readonly epoch: number;
  readonly classes: readonly string[];
  readonly perClass: readonly ClassMetrics[];
  readonly worst: readonly WorstSample[];
}

/**
 * Evaluates a run's network on plain, not augmented pictures.
 *
 * @throws LabError `SPLIT_EMPTY`, `CLASS_UNKNOWN`, `RUN_STATE`, `ARTIFACT_CHANGED`, `SAMPLE_CHANGED`, `CANCELLED`
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const opened = await openRun(options);
  const files = await filesOf(opened, options.data);
  const rows = labelledRows(files, opened.run.dataset.classes);
  const classifier = await runClassifier(opened, options);
  try {
    return await evaluateRows(opened, classifier, rows, options);
  } finally {
    await classifier.release();
  }
}

async function filesOf(opened: OpenRun, data: EvaluationData): Promise<readonly LabelledFile[]> {
  const files = 'files' in data ? data.files : await evaluatedSplit(opened, data.split);
  if (files.length > 0) return files;
  const what = 'files' in data ? 'there is no image' : `its ${data.split} split is empty`;
  throw new LabError('SPLIT_EMPTY', `Evaluating the run ${opened.run.id}: ${what}.`, {
    hint: `The run has ${filledSplits(opened)}; --data takes any other folder.`,
  });
}

async function evaluatedSplit(opened: OpenRun, split: Split): Promise<RunRow[]> {
  const rows = await splitRows(opened, split);
  return rows.length === 0 ? rows : evaluated(rows, opened.run.settings, split);
}

/** The rows of a split as the run was started with. */
export async function splitRows({ paths, run }: OpenRun, split: Split): Promise<RunRow[]> {
  const rows = await readRows(paths.rows, run.dataset.sha256);
  return rows.filter((row) => row.split === split);
}

function filledSplits({ run }: OpenRun): string {
  return SPLITS.filter((split) => run.dataset[split] > 0)
    .map((split) => `${run.dataset[split]} images in ${split}`)
    .join(', ');
}

async function evaluateRows(
  { run, epoch }: OpenRun,
  classifier: Classifier,
  rows: readonly LoaderRow[],
  { worst = 20, batchSize, signal, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  const { classes } = run.dataset;
  const accumulator = new SummaryAccumulator(classes.length);
  const worstSamples = new WorstSamples<WorstSample>(worst);
  const loader = loaderOf(run, rows);
  try {
    const order = Uint32Array.from(rows.keys());
    const size = batchSize ?? run.settings.evaluationBatchSize;
    let done = 0;
    for await (const { row, label, vector } of classifyRows(classifier, {
      loader,
      order,
      batchSize: size,
      signal,
    })) {
      const { predicted, loss } = accumulator.add(vector, label);
      worstSamples.add({
        path: rows[row]!.path,
        label: classes[label]!,
        predicted: classes[predicted]!,
        loss,
        probability: softmax(vector)[label]!,
      });
      done += 1;
      if (done % size === 0 || done === rows.length) onProgress?.(done, rows.length);
    }
  } finally {
    await loader.close();
  }
  const summary = accumulator.summary();
  return {
    run: run.id,
    epoch,
    classes,
    ...summary,
    perClass: classMetrics(summary.confusion, classes),
    worst: worstSamples.list(),
  };
}

function loaderOf({ settings: { pipeline, seed, maxPixels } }: RunFile, rows: readonly LoaderRow[]): Loader {
  // Every picture is shown once: nothing is worth keeping.
  return createLoader({ rows, pipeline, seed, cacheBytes: 0, ...(maxPixels !== undefined && { maxPixels }) });
}
