/** Where the files of a run lie, and how runs are made, found and listed. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { sha256, sha256File } from '../base/hash.ts';
import type { Split } from '../data/store/types.ts';
import { datasetHash, encodeRows, type RunRow } from './rows.ts';
import type { NetworkExtension } from '../models/network-file.ts';
import { readRunFile, writeRunFile, type RunFile } from './run-file.ts';
import { newRunId } from './run-id.ts';
import { trainSettingsSchema, type Phase, type TrainSettingsInput } from './settings.ts';

/** The files of a run. */
export interface RunPaths {
  readonly folder: string;
  readonly run: string;
  readonly rows: string;
  readonly initial: string;
  readonly checkpoint: string;
  readonly metrics: string;
  /** Figures with their times; see `run-log.ts`. */
  readonly log: string;
  /** What the steps of the epoch under way were fed; see `certificate/fed-log.ts`. */
  readonly fed: string;
  /** One line for every finished epoch; see `certificate/certificate.ts`. */
  readonly certificates: string;
  /** Its presence asks the run's process to stop at the next step. */
  readonly stop: string;
  readonly epochs: string;
}

/** The graphs of a phase, by the names of their files. */
export type ArtifactName = 'training_model' | 'eval_model' | 'optimizer_model' | 'features_model';

/** The files of the run in `folder`. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    run: path.join(folder, 'run.json'),
    rows: path.join(folder, 'rows.jsonl'),
    initial: path.join(folder, 'initial.safetensors'),
    checkpoint: path.join(folder, 'checkpoint'),
    metrics: path.join(folder, 'metrics.jsonl'),
    log: path.join(folder, 'log.jsonl'),
    fed: path.join(folder, 'fed.jsonl'),
    certificates: path.join(folder, 'certificates.jsonl'),
    stop: path.join(folder, 'stop'),
    epochs: path.join(folder, 'epochs'),
  };
}

/** An artifact's path below the run's folder, with forward slashes. */
export function artifactPath(phase: Phase['name'], name: ArtifactName): string {
  return `artifacts/${phase}/${name}.onnx`;
}

/** The file of an epoch's weights; epochs count from 1. */
export function epochFile(paths: RunPaths, epoch: number): string {
  return path.join(paths.epochs, `${epoch}.safetensors`);
}

/** What a run is made of. */
export interface NewRun {
  readonly labFolder: string;
  readonly dataset: {
    readonly name: string;
    /** In the order of the logits. */
    readonly classes: readonly string[];
  };
  readonly rows: readonly RunRow[];
  /** The file of the first weights and its name in the catalog; null for a fresh initialisation. */
  readonly weights: { readonly name: string; readonly file: string } | null;
  /** The file of a network that is none of the lab's; it is copied into the run. */
  readonly network?: {
    readonly source: string;
    readonly extension: NetworkExtension;
    readonly logits: string | null;
    readonly ownWeights: boolean;
    readonly restoreBatchNorm: boolean;
  };
  readonly settings: TrainSettingsInput;
}

/**
 * Makes a run's folder. Training it is the compute process's work.
 *
 * @returns the folder, whose last part is the run's id
 * @throws LabError `DATASET_EMPTY`, `SPLIT_EMPTY` or `DATASET_ONE_CLASS` for rows that cannot be trained on
 */
export async function createRun(options: NewRun): Promise<string> {
  const { labFolder, dataset, rows, weights, settings } = options;
  checkTrainable(dataset.name, rows);
  const weightsHash = weights && (await sha256File(weights.file));
  const { id, paths } = await makeFolder(labFolder, dataset.name);
  const count = (split: Split): number => rows.filter((row) => row.split === split).length;
  await writeFileAtomic(paths.rows, encodeRows(rows));
  const { network, files } = await keepNetwork(paths, options.network);
  const run: RunFile = {
    format: 1,
    id,
    createdAt: new Date().toISOString(),
    status: 'created',
    error: null,
    dataset: {
      name: dataset.name,
      sha256: datasetHash(rows),
      classes: [...dataset.classes],
      train: count('train'),
      validation: count('validation'),
      test: count('test'),
    },
    weights: weights && weightsHash ? { ...weights, sha256: weightsHash, headLoaded: null } : null,
    network,
    settings: trainSettingsSchema.parse(settings),
    machine: null,
    files,
    epoch: 0,
    best: null,
  };
  // Last, since a folder without it is no run.
  await writeRunFile(paths.run, run);
  return paths.folder;
}

async function keepNetwork(
  paths: RunPaths,
  given: NewRun['network'],
): Promise<Pick<RunFile, 'network' | 'files'>> {
  if (given === undefined) return { network: null, files: {} };
  const { source, extension, ...kept } = given;
  const file = `network${extension}` as const;
  const bytes = await readFile(source);
  await writeFileAtomic(path.join(paths.folder, file), bytes);
  return { network: { file, ...kept }, files: { [file]: sha256(bytes) } };
}

function checkTrainable(name: string, rows: readonly RunRow[]): void {
  if (rows.length === 0) {
    throw new LabError('DATASET_EMPTY', `Training on ${name}: the data set has no usable image.`, {
      hint: 'Import images, or look at what the import skipped and why.',
    });
  }
  const training = rows.filter(({ split }) => split === 'train');
  if (training.length === 0) {
    throw new LabError('SPLIT_EMPTY', `Training on ${name}: its training split is empty.`, {
      hint: 'Split the data set first, leaving images for training.',
    });
  }
  const classes = new Set(training.map(({ label }) => label));
  if (classes.size > 1) return;
  throw new LabError(
    'DATASET_ONE_CLASS',
    `Training on ${name}: its training split has one class, ${[...classes].join()}; a classifier needs two.`,
    { hint: 'Add images of another class.' },
  );
}

async function makeFolder(labFolder: string, dataset: string): Promise<{ id: string; paths: RunPaths }> {
  const runs = runsFolder(labFolder);
  await mkdir(runs, { recursive: true });
  for (;;) {
    const id = newRunId(dataset);
    const paths = runPaths(path.join(runs, id));
    try {
      await mkdir(paths.folder);
      await mkdir(paths.epochs);
      return { id, paths };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The folder of all runs of a lab. */
export function runsFolder(labFolder: string): string {
  return path.join(labFolder, 'runs');
}

/** All runs of a lab, oldest first. Folders without a readable description are left out. */
export async function listRuns(labFolder: string): Promise<RunFile[]> {
  const names = await readdir(runsFolder(labFolder)).catch(() => []);
  const files = names.sort().map((name) => runPaths(path.join(runsFolder(labFolder), name)).run);
  const runs = await Promise.all(files.map((file) => readRunFile(file).catch(() => undefined)));
  // Ids tell the minute alone.
  return runs.filter((run) => run !== undefined).sort(byCreation);
}

function byCreation(a: RunFile, b: RunFile): number {
  return a.createdAt < b.createdAt ? -1 : Number(a.createdAt > b.createdAt);
}

/**
 * The folder of the run that a user names: by its id, the beginning or the end of it, or `last`.
 *
 * @throws LabError `RUN_NOT_FOUND` when none or several match
 */
export async function findRun(labFolder: string, name: string): Promise<string> {
  const ids = (await listRuns(labFolder)).map(({ id }) => id);
  const matches = ids.includes(name) ? [name] : matching(ids, name);
  if (matches.length === 1) return path.join(runsFolder(labFolder), matches[0]!);
  const what = matches.length === 0 ? 'there is none' : `it fits ${matches.join(', ')}`;
  const known = ids.length === 0 ? 'The lab has no runs yet.' : `The lab's latest runs: ${latest(ids)}.`;
  throw new LabError('RUN_NOT_FOUND', `Looking for the run "${name}": ${what}.`, { hint: known });
}

function matching(ids: readonly string[], name: string): string[] {
  if (name === 'last') return ids.slice(-1);
  return name === '' ? [] : ids.filter((id) => id.startsWith(name) || id.endsWith(name));
}

function latest(ids: readonly string[]): string {
  return ids.slice(-5).join(', ');
}
