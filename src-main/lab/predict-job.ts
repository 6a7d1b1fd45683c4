/** Asking a network about files: the work of a job, and what it leaves. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { predictSchema } from '../../src-shared/contract/prediction.ts';
import { LabError } from '../../src-shared/errors.ts';
import { listFolder } from '../data/walk.ts';
import type { Prediction } from '../runs/predict.ts';
import type { PredictSource } from '../runs/predictor.ts';
import { findRun } from '../runs/run-folder.ts';
import type { JobContext } from './jobs.ts';
import type { Lab } from './lab.ts';
import type { PathAccess } from './path-access.ts';

/** A file to be asked about. */
interface AskedFile {
  /** Absolute. */
  readonly file: string;
  /** As the caller spelled it. */
  readonly given: string;
  /** For people. */
  readonly name: string;
}

/**
 * The network that a caller names.
 *
 * @param model a run, or the path of a `.onnx` file
 * @throws LabError `RUN_NOT_FOUND`, `SOURCE_NOT_FOUND`, `PATH_FORBIDDEN`
 */
export async function predictSource(
  lab: Lab,
  paths: PathAccess,
  { model, epoch }: { readonly model: string; readonly epoch: number | null },
): Promise<PredictSource> {
  if (!/\.onnx$/i.test(model)) return { folder: await findRun(lab.folder, model), epoch: epoch ?? 'best' };
  const file = paths.check(model);
  if (existsSync(file)) return { model: file };
  throw new LabError('SOURCE_NOT_FOUND', `Reading the model ${model}: there is no such file.`, {
    hint: 'Give an exported .onnx file, or a run from the list of: vitrine runs',
  });
}

/**
 * Starts the job that asks about files and, of folders, about all their images.
 *
 * @returns its id
 * @throws LabError those of {@link predictSource}, and `PATH_FORBIDDEN`
 */
export async function startPrediction(
  lab: Lab,
  paths: PathAccess,
  input: z.output<typeof predictSchema>,
): Promise<string> {
  const source = await predictSource(lab, paths, input);
  const given = input.files.map((file) => ({ given: file, file: paths.check(file) }));
  const id: string = lab.jobs.start('predict', input.model, async (job) => {
    const table = lab.predictions.begin(id, input.model);
    const files = await listFiles(given, job.signal);
    const tick = every(PROGRESS_MS);
    const onPrediction = (prediction: Prediction): void => {
      const asked = files[table.rows.length]!;
      table.add({ ...asked, ...rowOf(prediction) });
      if (input.events) job.emit({ event: 'prediction', prediction: { ...prediction, file: asked.given } });
      const done = table.rows.length;
      if (tick() || done === files.length) job.progress({ done, total: files.length, message: 'Predicting' });
    };
    const { failed } = await lab.predictor.call(
      'predict',
      { source, files: files.map(({ file }) => file), top: input.top },
      { signal: job.signal, onEvent: ({ prediction }) => onPrediction(prediction) },
    );
    return { files: files.length, failed };
  });
  return id;
}

/** How often windows hear of a job that does hundreds of files a second. */
const PROGRESS_MS = 100;

function every(milliseconds: number): () => boolean {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return false;
    last = now;
    return true;
  };
}

function rowOf(prediction: Prediction) {
  if ('error' in prediction) return { top: [], times: null, error: prediction.error };
  const { top, times } = prediction;
  return { top, times, error: null };
}

async function listFiles(
  given: readonly Pick<AskedFile, 'given' | 'file'>[],
  signal: JobContext['signal'],
): Promise<AskedFile[]> {
  const files: AskedFile[] = [];
  for (const one of given) {
    const found = await stat(one.file).catch(() => undefined);
    if (found?.isDirectory() === true) files.push(...(await imagesIn(one, signal)));
    else files.push({ file: one.file, given: one.given, name: path.basename(one.file) });
  }
  return files;
}

/** The files of a folder that are called like images. @throws LabError `DATASET_EMPTY` when there are none */
async function imagesIn(
  { file: folder, given }: Pick<AskedFile, 'given' | 'file'>,
  signal: JobContext['signal'],
): Promise<AskedFile[]> {
  const { files, root } = await listFolder(folder, signal);
  if (files.length > 0) {
    return files.map((relative) => ({
      file: path.join(root, relative),
      given: path.join(given, relative),
      name: `${path.basename(folder)}/${relative}`,
    }));
  }
  throw new LabError('DATASET_EMPTY', `Predicting the images of the folder ${folder}: there are none.`, {
    hint: 'Give a folder of JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF files.',
  });
}
