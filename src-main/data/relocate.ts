/** Finds originals that were moved or renamed, by their content, and says where they lie now. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../src-shared/errors.ts';
import { sha256File } from '../base/hash.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { findLostFiles, type WatchOptions } from './original-files.ts';
import type { ListedSample, LabStore } from './store/index.ts';
import { listFolder } from './walk.ts';

/** What to look for, and where. */
export interface RelocateOptions extends WatchOptions {
  readonly dataset: string;
  readonly folder: string;
  /** Says what is being done; comes before the progress of it. */
  readonly onStep?: (step: 'looking' | 'reading') => void;
}

/** What was found. */
export interface Relocation {
  readonly moved: readonly { readonly sample: number; readonly from: string; readonly to: string }[];
  readonly missing: readonly { readonly sample: number; readonly path: string; readonly reason: string }[];
}

/** Files read at a time. */
const AT_ONCE = 4;

/** Samples written at a time, between which others have their turn. */
const WRITTEN_AT_ONCE = 500;

/** Files of the same content that are compared with a sample's path. */
const COMPARED = 200;

/**
 * Looks in a folder for the files of samples that are gone or of another size, and lets the samples lie there. Of
 * several files with the same content, the one whose path ends most like the sample's is taken, each once.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `CANCELLED`
 */
export async function relocate(store: LabStore, options: RelocateOptions): Promise<Relocation> {
  const { dataset, folder, signal, onStep } = options;
  onStep?.('looking');
  const { lost } = await findLostFiles(store, dataset, options);
  const wanted = lost.map(({ sample }) => sample).filter(({ path, file }) => path === file);
  const { root, files } = await listFolder(folder, signal);
  const sizes = new Set(wanted.map(({ bytes }) => bytes));
  onStep?.('reading');
  const found = await hashFiles(
    files.map((file) => join(root, file)),
    sizes,
    options,
  );
  const holders = await findHolders(store, dataset, [...found.values()].flat());
  const moves = choosePlaces(wanted, found, holders);
  await write(store, moves, holders);
  return {
    moved: wanted.flatMap(({ id, path }) => {
      const to = moves.get(id);
      return to === undefined ? [] : [{ sample: id, from: path, to }];
    }),
    missing: lost
      .filter(({ sample }) => !moves.has(sample.id))
      .map(({ sample }) => ({ sample: sample.id, path: sample.path, reason: reasonFor(sample, found) })),
  };
}

/** Paths of files of these sizes by their SHA-256. What cannot be read is passed over. */
async function hashFiles(
  files: readonly string[],
  sizes: ReadonlySet<number>,
  { folder, signal, onProgress }: RelocateOptions,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  let done = 0;
  const hash = async (path: string): Promise<string | undefined> => {
    if (signal?.aborted === true) return undefined;
    const stats = await stat(path).catch(() => undefined);
    return stats !== undefined && sizes.has(stats.size) ? sha256File(path).catch(() => undefined) : undefined;
  };
  for await (const sha256 of mapConcurrently(files, AT_ONCE, hash)) {
    const path = files[done++]!;
    if (sha256 !== undefined) found.set(sha256, [...(found.get(sha256) ?? []), path]);
    if (done % 50 === 0 || done === files.length) onProgress?.({ done, total: files.length });
    if (signal?.aborted === true) {
      throw new LabError(
        'CANCELLED',
        `Looking through ${folder} was cancelled after ${done} files; nothing was changed.`,
      );
    }
  }
  return found;
}

/** Ids of samples by the paths they are at, of those that lie at one of the paths. */
async function findHolders(
  store: LabStore,
  dataset: string,
  paths: readonly string[],
): Promise<Map<string, number>> {
  const holders = new Map<string, number>();
  for (let at = 0; at < paths.length; at += WRITTEN_AT_ONCE) {
    const some = store.holdersOf(dataset, paths.slice(at, at + WRITTEN_AT_ONCE));
    for (const [path, id] of some) holders.set(path, id);
    await setImmediate();
  }
  return holders;
}

/** A path for each sample that was found, by its id. */
function choosePlaces(
  wanted: readonly ListedSample[],
  found: ReadonlyMap<string, readonly string[]>,
  holders: ReadonlyMap<string, number>,
): Map<number, string> {
  const lost = new Set(wanted.map(({ id }) => id));
  const moves = new Map<number, string>();
  for (const [sha256, samples] of Map.groupBy(wanted, (sample) => sample.sha256)) {
    // A sample that lies there and is not lost stays.
    const free = (found.get(sha256) ?? []).filter((path) => lost.has(holders.get(path) ?? samples[0]!.id));
    for (const { id, path } of samples) {
      const best = mostAlike(path, free);
      if (best === undefined) break;
      moves.set(id, best);
      free.splice(free.indexOf(best), 1);
    }
  }
  return withoutBlocked(moves, holders);
}

/** Where a lost sample stays lost, nobody else can lie. */
function withoutBlocked(
  moves: Map<number, string>,
  holders: ReadonlyMap<string, number>,
): Map<number, string> {
  const blocked = [...moves].filter(([, path]) => holders.has(path) && !moves.has(holders.get(path)!));
  if (blocked.length === 0) return moves;
  for (const [id] of blocked) moves.delete(id);
  return withoutBlocked(moves, holders);
}

/** The path that has the most parts at its end in common with the given one. */
function mostAlike(path: string, candidates: readonly string[]): string | undefined {
  const parts = path.split(/[/\\]/).reverse();
  let best: string | undefined;
  let most = -1;
  for (const candidate of candidates.slice(0, COMPARED)) {
    const others = candidate.split(/[/\\]/).reverse();
    let alike = 0;
    while (alike < parts.length && parts[alike] === others[alike]) alike++;
    if (alike > most) [best, most] = [candidate, alike];
  }
  return best;
}

/** Those that take one another's places at once, the others a few at a time. */
async function write(
  store: LabStore,
  moves: ReadonlyMap<number, string>,
  holders: ReadonlyMap<string, number>,
): Promise<void> {
  const givingWay = new Set([...moves.values()].map((path) => holders.get(path)));
  const entangled = ([id, path]: readonly [number, string]): boolean =>
    holders.has(path) || givingWay.has(id);
  store.moveSamples(new Map([...moves].filter(entangled)));
  const others = [...moves].filter((move) => !entangled(move));
  for (let at = 0; at < others.length; at += WRITTEN_AT_ONCE) {
    store.moveSamples(new Map(others.slice(at, at + WRITTEN_AT_ONCE)));
    await setImmediate();
  }
}

function reasonFor(
  { path, file, sha256 }: ListedSample,
  found: ReadonlyMap<string, readonly string[]>,
): string {
  if (file !== path) return "the lab's own copy is gone; import what it came from again";
  return found.has(sha256)
    ? 'its content was found, but other samples lie at those places'
    : 'no file there has its content';
}
