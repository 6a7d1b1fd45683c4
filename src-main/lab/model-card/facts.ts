/** What is recorded of a run: all that its card may say. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { FiguresJson } from '../../../src-shared/contract/evaluation.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { CATALOG, type CatalogEntry } from '../../models/weights/catalog.ts';
import { ARCHITECTURES } from '../../models/index.ts';
import { SPLITS, type Split } from '../../data/store/types.ts';
import { readExports, type ExportRecord } from '../../runs/export-records.ts';
import { readRecords, type EpochRecord } from '../../runs/metrics-log.ts';
import { readNotes, type RunNotes } from '../../runs/notes-file.ts';
import { readRunFile, type RunFile } from '../../runs/run-file.ts';
import { runPaths } from '../../runs/run-folder.ts';
import { figuresOf } from '../figures.ts';
import type { Lab } from '../lab.ts';

/** See the file. */
export interface CardFacts {
  readonly run: RunFile;
  readonly notes: RunNotes;
  /** The figures of the epoch that the card is about. */
  readonly record: EpochRecord;
  /** What is kept of the epoch on the run's test images, by the labels of now. */
  readonly test: FiguresJson | undefined;
  /** Images of each class, in the order of the logits, by split. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
  /** Where the network was published; undefined for one from a file. */
  readonly paper: string | undefined;
  /** The published weights that the run began with, if their hash is that of the catalog. */
  readonly published: CatalogEntry | undefined;
  /** Models that were exported from the epoch, the latest of each input last. */
  readonly exports: readonly ExportRecord[];
}

/**
 * Reads what is recorded.
 *
 * @param folder of the run
 * @param epoch null for the best
 * @throws LabError `RUN_STATE` when the epoch has no figures; `LAB_LOCKED` when there are test images and another
 * process knows what is kept of them
 */
export async function readCardFacts(lab: Lab, folder: string, epoch: number | null): Promise<CardFacts> {
  const paths = runPaths(folder);
  const run = await readRunFile(paths.run);
  const record = recordOf(run, await readRecords(paths.metrics), epoch);
  const exports = (await readExports(folder)).filter((found) => found.epoch === record.epoch);
  return {
    run,
    record,
    notes: await readNotes(folder),
    test: await testFigures(lab, run, record.epoch),
    counts: await countRows(paths.rows, run.dataset.classes),
    paper: ARCHITECTURES.find(({ name }) => run.network === null && name === run.settings.model)?.paper,
    published: publishedWeights(run),
    exports: [...new Map(exports.map((found) => [found.input, found])).values()],
  };
}

function recordOf(run: RunFile, records: readonly EpochRecord[], asked: number | null): EpochRecord {
  const epoch = asked ?? run.best?.epoch;
  const record = records.find((found) => found.epoch === epoch);
  if (record !== undefined) return record;
  const has = records.map((found) => found.epoch).join(', ') || 'none';
  const what = asked === null ? 'finished epoch' : `figures of epoch ${asked}`;
  throw new LabError('RUN_STATE', `The run ${run.id} has no ${what}; the epochs it has: ${has}.`, {
    hint: has === 'none' ? `Train it with: vitrine resume ${run.id}` : 'Choose one with --epoch.',
  });
}

async function testFigures(lab: Lab, run: RunFile, epoch: number): Promise<FiguresJson | undefined> {
  const { name: dataset, test } = run.dataset;
  if (test === 0) return undefined;
  try {
    const cells = await lab.store.evaluations.cells({ dataset, run: run.id, epoch }, 'test');
    const figures = figuresOf(cells);
    return figures.count === 0 ? undefined : figures;
  } catch (error) {
    const gone = ['EVALUATION_NOT_FOUND', 'DATASET_NOT_FOUND'];
    if (error instanceof LabError && gone.includes(error.code)) return undefined;
    throw error;
  }
}

/** By line: a run may have hundreds of thousands of rows, and meanwhile others wait. */
async function countRows(file: string, classes: readonly string[]): Promise<CardFacts['counts']> {
  const counts = { train: zeros(classes), validation: zeros(classes), test: zeros(classes) };
  const indices = new Map(classes.map((name, index) => [name, index]));
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    const { label, split } = JSON.parse(line) as { label: string; split: Split };
    const index = indices.get(label);
    if (index !== undefined && SPLITS.includes(split)) counts[split][index]! += 1;
  }
  return counts;
}

function zeros(classes: readonly string[]): number[] {
  return classes.map(() => 0);
}

/** A name alone is not enough: the catalog of another version may have had other weights under it. */
function publishedWeights({ weights, settings }: RunFile): CatalogEntry | undefined {
  return CATALOG.find(
    ({ name, model, sha256Prefix }) =>
      weights?.name === name && model === settings.model && weights.sha256.startsWith(sha256Prefix),
  );
}
