/** How fast a network was trained on this machine before: by earlier runs, or by a short calibration. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readRecords } from '../runs/metrics-log.ts';
import type { RunFile } from '../runs/run-file.ts';
import { listRuns, runPaths, runsFolder } from '../runs/run-folder.ts';
import { SeriesReader, type EpochPoint, type Series } from '../runs/series.ts';
import { processorName } from '../runtime/threads.ts';
import type { Lab } from './lab.ts';

/** Images that go through a network in a second. */
export interface Speed {
  readonly kind: 'run' | 'calibration';
  readonly run: string;
  readonly dataset: string;
  readonly at: string;
  /** In steps of the whole network. */
  readonly train: number;
  /** Forward alone. */
  readonly evaluate: number;
}

/** What a speed belongs to. */
export interface SpeedQuery {
  readonly dataset: string;
  readonly model: string;
  /** SHA-256 of the file of a network that is none of the lab's. */
  readonly networkHash: string | null;
  readonly imageSize: number;
  readonly device: string;
  readonly threads: number;
  readonly batchSize: number;
  /** Patterns of parameters that are not trained. */
  readonly frozen: readonly string[];
}

/** What the speed of a run on some device is looked up by. */
export function querySpeedOf(
  { dataset, settings, network, files }: RunFile,
  machine: { readonly device: string; readonly threads: number },
): SpeedQuery {
  return {
    ...{ dataset: dataset.name, model: settings.model, ...machine },
    networkHash: network === null ? null : (files[network.file] ?? null),
    imageSize: settings.pipeline.imageSize,
    batchSize: settings.batchSize,
    frozen: frozenPatterns(settings.paramGroups),
  };
}

/** Patterns of the parameters that are not trained, which makes a step cheaper. */
export function frozenPatterns(
  groups: readonly { readonly pattern: string; readonly freeze?: boolean | undefined }[],
): string[] {
  return groups.filter(({ freeze }) => freeze === true).map(({ pattern }) => pattern);
}

/** Where the traces of calibrations lie. It is laid out as a lab, so that they are read as runs are. */
export function calibrationFolder(lab: Lab): string {
  return path.join(lab.cacheFolder, 'calibration');
}

/** Candidates that are looked into before nothing is known. */
const TRIED = 5;

/** The speed of the run or calibration that is most alike and latest; undefined when none was ever measured here. */
export async function findSpeed(lab: Lab, query: SpeedQuery): Promise<Speed | undefined> {
  const candidates = [
    ...(await alike(lab.folder, query)).map((run) => ({ run, kind: 'run' as const, labFolder: lab.folder })),
    ...(await alike(calibrationFolder(lab), query)).map((run) => {
      return { run, kind: 'calibration' as const, labFolder: calibrationFolder(lab) };
    }),
  ].sort((a, b) => likeness(b.run, query) - likeness(a.run, query));
  for (const { run, kind, labFolder } of candidates.slice(0, TRIED)) {
    const speed = await measuredSpeed(run, path.join(runsFolder(labFolder), run.id));
    if (speed !== undefined)
      return { kind, run: run.id, dataset: run.dataset.name, at: run.createdAt, ...speed };
  }
  return undefined;
}

/** Latest first. */
async function alike(labFolder: string, query: SpeedQuery): Promise<RunFile[]> {
  const runs = await listRuns(labFolder);
  return runs.filter((run) => isAlike(run, query)).reverse();
}

function isAlike(run: RunFile, query: SpeedQuery): boolean {
  const { machine } = run;
  // A lab can be carried to another machine.
  if (machine === null || machine.processor !== processorName()) return false;
  const own = querySpeedOf(run, { device: machine.device, threads: machine.threads });
  const keys = ['networkHash', 'imageSize', 'device', 'threads', 'frozen'] as const;
  return (
    keys.every((key) => isDeepStrictEqual(own[key], query[key])) &&
    (own.networkHash !== null || own.model === query.model)
  );
}

function likeness({ dataset, settings }: RunFile, query: SpeedQuery): number {
  return 2 * Number(dataset.name === query.dataset) + Number(settings.batchSize === query.batchSize);
}

/** Epochs at the end that a speed is taken from. */
const LATEST = 5;

/** A training's backward pass takes about twice as long as its forward pass. */
const FORWARD_SHARE = 1 / 3;

/** @returns undefined for a run that never trained its whole network */
async function measuredSpeed(
  run: RunFile,
  folder: string,
): Promise<{ train: number; evaluate: number } | undefined> {
  const paths = runPaths(folder);
  const records = await readRecords(paths.metrics);
  const series = await new SeriesReader(paths.log).read();
  const firstFull =
    run.settings.mode === 'full' ? 1 : (records.find(({ phase }) => phase === 'full')?.epoch ?? Infinity);
  const train = median(stepSpeeds(series, firstFull, run.settings.batchSize));
  if (train === undefined) return undefined;
  const images = run.dataset.train + run.dataset.validation;
  const evaluations = series.epochs.filter(({ epoch }) => epoch >= firstFull).slice(-LATEST);
  const evaluate = median(evaluations.map((epoch) => images / evaluationSeconds(epoch)));
  return { train, evaluate: evaluate ?? train / FORWARD_SHARE };
}

function evaluationSeconds({ time, stepTime }: EpochPoint): number {
  return Math.max(time - stepTime, 1) / 1000;
}

/** Of the latest steps, each with the one before it in the same epoch. The first step of all has to warm up. */
function stepSpeeds({ steps, stride }: Series, firstEpoch: number, batchSize: number): number[] {
  const own = steps.filter(({ epoch }) => epoch >= firstEpoch).slice(1);
  const latest = own.slice(-100);
  return latest.flatMap(({ time, epoch, step }, at) => {
    const before = latest[at - 1];
    if (before?.epoch !== epoch || step - before.step !== stride) return [];
    return (1000 * batchSize * stride) / Math.max(time - before.time, 1);
  });
}

function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
