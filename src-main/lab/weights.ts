/** Which weights a training begins with, and the pixels they expect. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { unmeasuredNorms, withoutNorms } from '../models/imported/restored-norms.ts';
import type { NetworkFile } from '../models/network-file.ts';
import { CATALOG, resolveWeights } from '../models/weights/catalog.ts';
import { networkState } from '../models/state.ts';
import { matchWeights } from '../models/weights/match.ts';
import { readWeights } from '../models/weights/read-weights.ts';
import type { TrainSettingsInput } from '../runs/settings.ts';
import type { JobContext } from './jobs.ts';
import type { Lab } from './lab.ts';
import { runWeights } from './run-weights.ts';

/** Weights to begin with; without a file the network is initialised afresh. */
export interface FirstWeights {
  readonly name: string;
  readonly file: string | null;
  /** Whether anything has been learnt already. */
  readonly pretrained: boolean;
  /** Side of the images to train with unless told otherwise. */
  readonly imageSize: number;
  readonly normalization: TrainSettingsInput['normalization'];
}

/** Stands for no weights. */
const NONE = 'none';

/** Stands for the weights that lie in the network's own file. */
const OWN = 'own';

/** ImageNet's mean and deviation, which torchvision normalises with. */
const USUAL = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * Finds the weights of a name, path or run, downloading them when need be.
 *
 * @param asked null for the network's own, else the bundled ones of that network, else none
 * @param classes of the data set: a head for as many is kept
 * @throws LabError `WEIGHTS_NOT_FOUND`, `WEIGHTS_MISMATCH`, `WEIGHTS_HASH`, `DOWNLOAD_FAILED`, those of reading a file, `CANCELLED`
 */
export async function findWeights(
  lab: Lab,
  asked: string | null,
  { network, classes }: { readonly network: NetworkFile; readonly classes: number },
  { signal, progress, emit }: Pick<JobContext, 'signal' | 'progress' | 'emit'>,
): Promise<FirstWeights> {
  const { architecture } = network;
  const name = asked ?? usualWeights(network);
  const usual = network.normalization ?? USUAL;
  if (name === NONE || name === OWN)
    return { name, file: null, pretrained: name === OWN, ...pixels(architecture.imageSize, usual) };
  const known = CATALOG.some((entry) => entry.name === name) || existsSync(name);
  const found = { model: architecture.name, folder: weightsFolder(lab) };
  const ofRun = known ? undefined : await runWeights(lab, name, found);
  const { path: file, entry } = await resolveWeights(ofRun ?? name, {
    model: architecture.name,
    cacheFolder: weightsFolder(lab),
    signal,
    onProgress: ({ received, total }) =>
      progress({ done: received, total: total ?? null, message: 'Downloading weights' }),
  });
  if (entry !== undefined) return { name, file, pretrained: true, ...pixels(entry.imageSize, entry) };
  // Read and matched here so that a file that does not fit is refused before there is a run.
  const { tensors, metadata, notes } = await readWeights(file);
  const noted = notesSchema.safeParse(metadata);
  const { imageSize, ...colors } = noted.data ?? { imageSize: architecture.imageSize, ...usual };
  const state = networkState(architecture, classes, imageSize);
  const expected = withoutNorms(state, unmeasuredNorms(network.restored, tensors));
  matchWeights(expected, tensors, { head: architecture.head });
  for (const note of notes) emit({ event: 'note', message: `${note}.` });
  return { name, file, pretrained: true, ...pixels(imageSize, colors) };
}

/** What is begun with when nobody chooses: what came with the network's file, else what is shipped. */
export function usualWeights({ architecture, weights }: NetworkFile): string {
  if (weights.size > 0) return OWN;
  const bundled = CATALOG.find(({ url, model }) => url === undefined && model === architecture.name);
  return bundled?.name ?? NONE;
}

/** Where downloaded weights are kept. */
export function weightsFolder(lab: Lab): string {
  return path.join(lab.cacheFolder, 'weights');
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});
const channels = json.pipe(z.tuple([z.number(), z.number(), z.number()]));

/** See {@link readNotedPixels}. */
const notesSchema = z.object({
  mean: channels,
  std: channels,
  imageSize: json.pipe(z.int().min(1).max(4096)),
});

/** What a weights file of the lab's own says about the pixels it was trained on. @throws LabError as `readWeights` */
export async function readNotedPixels(file: string): Promise<z.output<typeof notesSchema> | undefined> {
  return notesSchema.safeParse((await readWeights(file)).metadata).data;
}

function pixels(
  imageSize: number,
  { mean, std }: { readonly mean: Channels; readonly std: Channels },
): Pick<FirstWeights, 'imageSize' | 'normalization'> {
  return { imageSize, normalization: { mean: [...mean], std: [...std] } };
}

type Channels = readonly [number, number, number];
