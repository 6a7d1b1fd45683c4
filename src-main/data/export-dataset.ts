/** Writes a data set into a folder: all of it, or nothing. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeError } from '../base/atomic-file.ts';
import { distinctClasses } from './classes.ts';
import { CIFAR_SIZE, EXPORTERS, type ExporterName, type ExportRow } from './exporters/index.ts';
import { createPipeline, type PipelineOptions } from './pipeline.ts';
import type { LabStore } from './store/index.ts';

/** What to write, and where to. */
export interface DatasetExportOptions extends Pick<PipelineOptions, 'resize' | 'interpolation'> {
  readonly dataset: string;
  readonly format: ExporterName;
  /** A folder that is empty, or does not exist yet. Absolute. */
  readonly out: string;
  /** Whether a list of images gets copies beside it; else it refers to them where they lie. */
  readonly copy?: boolean;
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What was written. */
export interface DatasetExport {
  readonly folder: string;
  readonly images: number;
  readonly classes: readonly string[];
  /** Excluded by someone, or without a label. */
  readonly leftOut: number;
}

/**
 * Exports the images of a data set that have a label and are not excluded.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EMPTY`, `OUTPUT_UNWRITABLE` (also for a folder that is not
 * empty), `DISK_FULL`, `INVALID_ARGUMENT` (a class that the format cannot hold), `SAMPLE_CHANGED`, those of
 * reading an image, `CANCELLED`. Then nothing is left of it.
 */
export async function exportDataset(store: LabStore, options: DatasetExportOptions): Promise<DatasetExport> {
  const { dataset, format, out, copy = false, signal, onProgress, ...pixels } = options;
  const all = store.rows(dataset);
  const rows = all.flatMap((row): ExportRow[] =>
    row.excluded || row.className === null ? [] : [{ ...row, className: row.className }],
  );
  if (rows.length === 0) {
    throw new LabError('DATASET_EMPTY', `The data set "${dataset}" has no labelled image to export.`);
  }
  const classes = distinctClasses(rows.map(({ className }) => className));
  let done = 0;
  const step = (): void => {
    done++;
    onProgress?.({ done, total: rows.length });
    if (signal?.aborted !== true || done === rows.length) return;
    throw new LabError('CANCELLED', `The export was cancelled after ${done} of ${rows.length} images.`);
  };
  const pipeline = createPipeline({ ...pixels, imageSize: CIFAR_SIZE });
  const exporter = EXPORTERS.find(({ name }) => name === format)!;
  await fillFolder(out, (folder) =>
    exporter.write({ ...pixels, rows, classes, folder, pipeline, copy, step }),
  );
  return { folder: out, images: rows.length, classes, leftOut: all.length - rows.length };
}

/** Fills an empty folder by way of one inside it, whose content is moved up at the end. */
async function fillFolder(out: string, write: (folder: string) => Promise<void>): Promise<void> {
  const created = await makeEmpty(out);
  const folder = join(out, `.vitrine-${process.pid}-${randomUUID()}.tmp`);
  try {
    await mkdir(folder);
    await write(folder);
    for (const name of await readdir(folder)) await rename(join(folder, name), join(out, name));
    await rmdir(folder);
  } catch (error) {
    // Removing can fail for the same reason as writing, which is the one to report.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (created !== undefined) await rm(created, { recursive: true, force: true }).catch(() => undefined);
    throw writeError(out, error);
  }
}

/** @returns the outermost folder that had to be made, if any */
async function makeEmpty(out: string): Promise<string | undefined> {
  try {
    const created = await mkdir(out, { recursive: true });
    if ((await readdir(out)).length === 0) return created;
  } catch (error) {
    throw writeError(out, error);
  }
  throw new LabError('OUTPUT_UNWRITABLE', `The folder ${out} is not empty: an export needs one of its own.`, {
    hint: 'Give the path of a folder that does not exist yet.',
  });
}
