/** The graphs of a phase as files of the run: written once, and refused when they have changed since. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { sha256 } from '../base/hash.ts';
import { batchSpecs } from '../data/augmentations/index.ts';
import type { Architecture } from '../models/architecture.ts';
import { checkImageSize } from '../models/image-size.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/types.ts';
import { buildArtifacts } from '../training/artifacts.ts';
import type { RunRow } from './rows.ts';
import { artifactPath, type ArtifactName, type RunPaths } from './run-folder.ts';
import type { RunFile } from './run-file.ts';
import type { Phase, TrainSettings } from './settings.ts';
import { readNetwork } from './network.ts';
import { readVerified } from './verified-file.ts';

/**
 * Builds and writes the graphs of a phase.
 *
 * @returns their hashes by path, to be kept in `run.json`
 */
export async function writeArtifacts(
  paths: RunPaths,
  run: RunFile,
  rows: readonly RunRow[],
  phase: Phase['name'],
): Promise<Record<string, string>> {
  const { architecture } = await readNetwork(paths, run);
  const models = phaseModels(architecture, run, rows, phase);
  const hashes: Record<string, string> = {};
  await mkdir(path.join(paths.folder, 'artifacts', phase), { recursive: true });
  for (const [name, model] of Object.entries(models)) {
    const relative = artifactPath(phase, name as ArtifactName);
    const bytes = encodeModel(model, relative);
    await writeFileAtomic(path.join(paths.folder, relative), bytes);
    hashes[relative] = sha256(bytes);
  }
  return hashes;
}

function phaseModels(
  architecture: Architecture,
  { settings, dataset }: RunFile,
  rows: readonly RunRow[],
  phase: Phase['name'],
): Partial<Record<ArtifactName, Model>> {
  checkImageSize(architecture, settings.pipeline.imageSize);
  const { training, evaluation, optimizer, features } = buildArtifacts({
    architecture,
    classes: dataset.classes.length,
    imageSize: settings.pipeline.imageSize,
    normalization: settings.normalization,
    trainable: phase === 'head' ? 'head' : 'all',
    input: phase === 'head' ? 'features' : 'images',
    loss: {
      label_smoothing: settings.labelSmoothing,
      weight: classWeights(settings.classWeights, dataset.classes, rows),
    },
    l2Penalty: settings.l2Penalty,
    mixing: batchSpecs(settings.pipeline.augmentations).length > 0,
    optimizer: settings.optimizer,
    paramGroups: settings.paramGroups,
  });
  return {
    training_model: training,
    eval_model: evaluation,
    optimizer_model: optimizer,
    ...(phase === 'head' && { features_model: features }),
  };
}

/**
 * The weight of each class in the loss. `balanced` is scikit-learn's: samples / (classes × samples of the class);
 * a class without samples gets 1, which changes nothing.
 *
 * @throws LabError `INVALID_ARGUMENT` when the number of weights is not that of the classes
 */
export function classWeights(
  setting: TrainSettings['classWeights'],
  classes: readonly string[],
  rows: readonly RunRow[],
): number[] | undefined {
  if (setting === null) return undefined;
  if (setting === 'balanced') {
    const training = rows.filter(({ split }) => split === 'train');
    return classes.map((name) => {
      const count = training.filter(({ label }) => label === name).length;
      return count === 0 ? 1 : training.length / (classes.length * count);
    });
  }
  if (setting.length === classes.length) return setting;
  throw new LabError(
    'INVALID_ARGUMENT',
    `Class weights: expected ${classes.length}, one for each of ${classes.join(', ')}; found ${setting.length}.`,
  );
}

/**
 * Reads an artifact.
 *
 * @throws LabError `ARTIFACT_CHANGED` when it is not byte for byte what the run wrote
 */
export async function readArtifact(paths: RunPaths, run: RunFile, relative: string): Promise<Model> {
  const file = path.join(paths.folder, relative);
  return decodeModel(await readVerified(file, relative, run.files[relative]), file);
}

/** The evaluation graph of a run: every phase's is the same network. @throws LabError `RUN_STATE` before the start */
export async function readEvaluationModel(paths: RunPaths, run: RunFile): Promise<Model> {
  const phases: Phase['name'][] = ['full', 'head'];
  const found = phases.map((phase) => artifactPath(phase, 'eval_model')).find((file) => file in run.files);
  if (found !== undefined) return readArtifact(paths, run, found);
  throw new LabError('RUN_STATE', `The run ${run.id} has not been started: it has no network yet.`, {
    hint: `Start it with: vitrine resume ${run.id}`,
  });
}
