/** A run's log as an event file for TensorBoard, written after the fact. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readRecords } from '../metrics-log.ts';
import { readRows } from '../rows.ts';
import { readRunFile } from '../run-file.ts';
import { runPaths, type RunPaths } from '../run-folder.ts';
import { epochLine, readLog, type LogLine } from '../run-log.ts';
import { describeRun } from './description.ts';
import { encodeEvents } from './event-file.ts';
import { fileVersion } from './events.ts';
import { findLogFolder, makeLogFolder, refused } from './log-folder.ts';
import { ScalarEvents } from './scalars.ts';

/** Which run, and where to. */
export interface LogExportOptions {
  /** The run's folder. */
  readonly folder: string;
  /** The folder for TensorBoard, made where there is none. */
  readonly out: string;
}

/** What was written. */
export interface LogExport {
  readonly file: string;
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  /** Sample pictures. */
  readonly images: number;
  /** What was left out, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Writes a run's scalars, graph, settings and some training pictures as one event file. An earlier export of the
 * same run is replaced.
 *
 * @throws LabError `OUTPUT_UNWRITABLE` (also when the folder holds other events), `DISK_FULL`, `RUN_STATE`,
 * `ARTIFACT_CHANGED`
 */
export async function exportLog({ folder, out }: LogExportOptions): Promise<LogExport> {
  const paths = runPaths(folder);
  const run = await readRunFile(paths.run);
  const target = path.resolve(out);
  const { own, next } = await findLogFolder(target, run.id);
  if (own.some(({ writer }) => writer === 'training')) {
    throw refused(target, `the training of ${run.id} has written its events there itself`);
  }
  const rows = await readRows(paths.rows, run.dataset.sha256);
  const description = await describeRun({ paths, run, rows });
  const created = Date.parse(run.createdAt);
  const lines = await logLines(paths, created);
  const scalars = new ScalarEvents();
  const events = lines.flatMap((line) => scalars.of(line));
  await makeLogFolder(target);
  const file = next('export');
  await writeFileAtomic(file, encodeEvents([fileVersion(created), ...description.events, ...events]));
  for (const { path } of own) await rm(path, { force: true });
  const steps = lines.filter(({ event }) => event === 'step').length;
  const { images, notes } = description;
  return { file, run: run.id, epochs: lines.length - steps, steps, images, notes };
}

/** The log, with the epochs that it lacks: theirs is the latest time known before them. */
async function logLines(paths: RunPaths, created: number): Promise<LogLine[]> {
  const lines = await readLog(paths.log);
  const logged = new Set(lines.flatMap((line) => (line.event === 'epoch' ? [line.epoch] : [])));
  const lacking = (await readRecords(paths.metrics)).filter(({ epoch }) => !logged.has(epoch));
  const timeOf = (epoch: number): number => lines.findLast((line) => line.epoch <= epoch)?.time ?? created;
  return [...lines, ...lacking.map((record) => epochLine(record, timeOf(record.epoch)))];
}
