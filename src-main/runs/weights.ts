/** A run's weights: the first ones, and those of every finished epoch. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { sha256File } from '../base/hash.ts';
import { withInitRules } from '../models/init-rules.ts';
import { unmeasuredNorms, withoutNorms, type RestoredNorms } from '../models/imported/restored-norms.ts';
import { initialState, networkState } from '../models/state.ts';
import { matchWeights } from '../models/weights/match.ts';
import { readWeights } from '../models/weights/read-weights.ts';
import { readSafetensors, writeSafetensors } from '../models/weights/safetensors.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { readNetwork } from './network.ts';
import { epochFile, type RunPaths } from './run-folder.ts';
import type { RunFile } from './run-file.ts';
import { verifyFile } from './verified-file.ts';

/** Weights and buffers by torchvision's names. */
export type Weights = Map<string, Tensor>;

/** What a run begins with. */
export interface FirstWeights {
  readonly weights: Weights;
  readonly headLoaded: boolean;
  /** Layers of which the weights hold nothing: they are to be measured before the function is the weights' own. */
  readonly unmeasured: RestoredNorms | undefined;
}

/**
 * The weights a run begins with: the file's or the network's own, and for what they lack (a head of other classes,
 * or everything when there is no file) the architecture's initialisation drawn from the run's seed.
 *
 * @throws LabError `WEIGHTS_HASH` when the file has changed since the run was made; those of reading weights
 */
export async function firstWeights(paths: RunPaths, run: RunFile): Promise<FirstWeights> {
  const { architecture, weights: own, restored } = await readNetwork(paths, run);
  const { settings, dataset } = run;
  const state = networkState(architecture, dataset.classes.length, settings.pipeline.imageSize);
  const specs = withInitRules(state, settings.init);
  const tensors = run.weights === null ? own : await readUnchanged(run.weights);
  if (tensors.size === 0) {
    return { weights: initialState(specs, settings.seed), headLoaded: false, unmeasured: undefined };
  }
  const unmeasured = unmeasuredNorms(restored, tensors);
  const expected = withoutNorms(specs, unmeasured);
  const { tensors: loaded, headLoaded } = matchWeights(expected, tensors, { head: architecture.head });
  const drawn = initialState(
    specs.filter(({ name }) => !loaded.has(name)),
    settings.seed,
  );
  return { weights: new Map([...loaded, ...drawn]), headLoaded, unmeasured };
}

async function readUnchanged({ file, sha256 }: NonNullable<RunFile['weights']>): Promise<Weights> {
  const found = await sha256File(file);
  if (found === sha256) return (await readWeights(file)).tensors;
  throw new LabError(
    'WEIGHTS_HASH',
    `The weights ${file} have changed since the run was made: their SHA-256 was ${sha256} and is ${found}.`,
    { hint: 'Restore the file, or start a new run.' },
  );
}

/** Writes what an epoch's weights differ in from the first ones. */
export async function writeEpochWeights(
  paths: RunPaths,
  epoch: number,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<void> {
  await writeSafetensors(epochFile(paths, epoch), tensors, { epoch: String(epoch) });
}

/** Numbers of the epochs whose weights are kept, rising. */
export async function keptEpochs(paths: RunPaths): Promise<number[]> {
  const names = await readdir(paths.epochs).catch(() => []);
  return names
    .flatMap((name) => /^([0-9]+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Removes the weights of all epochs that `keep` does not want. */
export async function removeEpochs(paths: RunPaths, keep: (epoch: number) => boolean): Promise<void> {
  for (const epoch of await keptEpochs(paths)) if (!keep(epoch)) await rm(epochFile(paths, epoch));
}

/** Which epoch is meant: the best, or one by its number. */
export type EpochChoice = 'best' | number;

/**
 * The whole network's weights after an epoch.
 *
 * @throws LabError `RUN_STATE` when there are none
 */
export async function readEpochWeights(
  paths: RunPaths,
  run: RunFile,
  choice: EpochChoice,
): Promise<{ readonly epoch: number; readonly weights: Weights }> {
  const epoch = choice === 'best' ? run.best?.epoch : choice;
  const kept = await keptEpochs(paths);
  if (epoch === undefined || !kept.includes(epoch)) {
    const wanted = choice === 'best' ? 'finished epoch' : `weights of epoch ${choice}`;
    const has = kept.length === 0 ? 'none' : kept.join(', ');
    throw new LabError('RUN_STATE', `The run ${run.id} has no ${wanted}; the epochs it keeps: ${has}.`, {
      hint: kept.length === 0 ? `Train it with: vitrine resume ${run.id}` : 'Choose one with --epoch.',
    });
  }
  const initial = await readInitial(paths, run);
  const { tensors } = await readSafetensors(epochFile(paths, epoch));
  return { epoch, weights: new Map([...initial, ...tensors]) };
}

/** The first weights as the run wrote them. @throws LabError `ARTIFACT_CHANGED` */
export async function readInitial(paths: RunPaths, run: RunFile): Promise<Weights> {
  const relative = path.basename(paths.initial);
  await verifyFile(paths.initial, relative, run.files[relative]);
  return (await readSafetensors(paths.initial)).tensors;
}
