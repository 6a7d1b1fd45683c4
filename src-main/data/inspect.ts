/** Looks at a folder, an archive or a list of images as an import would, and keeps nothing. */
import { relative } from 'node:path';
import type { FormatChoice, FormatName } from './formats/index.ts';
import { noImages, planSource, sortSkipped, type SourcePlan } from './plan.ts';
import { type Entry, type ReadProgress, type Reading, readEntries } from './read-entries.ts';
import { openSource, type Source } from './source.ts';
import { stageFiles, stageRecords } from './stage.ts';
import type { Content, CopyGroup, Split } from './store/index.ts';
import type { Skipped } from './walk.ts';

/** What to look at. */
export interface InspectOptions {
  /** A folder, an archive, or a list of images. */
  readonly path: string;
  /** Names of the only entries of a folder to look at; all unless given. */
  readonly only?: readonly string[];
  /** `auto` unless given. */
  readonly format?: FormatChoice;
  /** Whether an image outside the folder, as a list may name it, may be read; every one unless given. */
  readonly allows?: (path: string) => boolean;
  /** Larger pictures (width × height) are skipped. */
  readonly maxPixels?: number;
  /** Archives that unpack to more are refused. */
  readonly maxArchiveBytes?: number;
  /** What is known about bytes of that hash, so that they need no decoding. */
  readonly known?: (sha256: string) => Content | undefined;
  /** Called with what is found out about each image's bytes. */
  readonly onContent?: (content: Content) => void;
  readonly signal?: AbortSignal;
  /** Called once, before the images are read. */
  readonly onPlan?: (plan: PlannedSource) => void;
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** What the names of the files say. */
export interface PlannedSource {
  readonly format: FormatName;
  readonly reason: string;
  /** The folder or archive, symbolic links resolved. */
  readonly root: string;
  /** Null where only reading tells. */
  readonly images: number | null;
  /** In code-point order. */
  readonly classes: readonly InspectedClass[];
  readonly unlabelled: number;
  readonly splits: Readonly<Record<Split | 'none', number>>;
}

/** A class and some of its images, whose paths are relative to the root. */
export interface InspectedClass {
  readonly name: string;
  readonly images: number;
  readonly examples: readonly string[];
}

/** What an import would find. Paths are relative to the root where they lie below it. */
export interface Inspection extends PlannedSource {
  /** Readable ones. */
  readonly images: number;
  /** What is no image or cannot be read, by the beginning of the reason, the commonest first. */
  readonly problems: readonly {
    readonly reason: string;
    readonly files: number;
    readonly examples: readonly Skipped[];
  }[];
  /** Images with the same bytes as one before them. */
  readonly duplicates: number;
  /** The first of them. */
  readonly duplicateGroups: readonly CopyGroup[];
  /** Groups whose classes differ. */
  readonly conflicts: number;
  readonly conflictGroups: readonly CopyGroup[];
}

/** Images of a class, problems and files of a problem, groups of copies and copies of a group that are named. */
const NAMED = 20;

/**
 * Reads and decodes everything that an import would.
 *
 * @throws LabError as `importDataset`, but for those about its name and classes
 */
export async function inspectSource(options: InspectOptions): Promise<Inspection> {
  const { signal, maxArchiveBytes, only } = options;
  const source = await openSource(options.path, {
    ...(signal !== undefined && { signal }),
    ...(only !== undefined && { only }),
    ...(maxArchiveBytes !== undefined && { maxBytes: maxArchiveBytes }),
  });
  const plan = await planSource(source, options.format ?? 'auto', options.allows);
  const tell = pathTeller(plan.root);
  options.onPlan?.(summarise(plan, 'entries' in plan ? plan.entries : [], tell, plannedImages(plan)));
  const found: Extract<Reading, { content: unknown }>[] = [];
  const skipped: Skipped[] = [...plan.skipped];
  for await (const reading of read(source, plan, options)) {
    if ('content' in reading) {
      found.push(reading);
      options.onContent?.(reading.content);
    } else skipped.push({ path: reading.entry.path, reason: reading.reason });
  }
  if (found.length === 0) throw noImages(plan.root, skipped);
  const entries = found.map(({ entry }) => entry);
  return {
    ...summarise(plan, entries, tell, entries.length),
    images: entries.length,
    problems: problemsOf(sortSkipped(skipped), tell),
    ...copiesOf(found, tell),
  };
}

function plannedImages(plan: SourcePlan): number | null {
  return 'entries' in plan ? plan.entries.length : plan.records.total;
}

type TellPath = (path: string) => string;

function pathTeller(root: string): TellPath {
  return (path) => {
    const below = relative(root, path);
    return below === '' || below.startsWith('..') ? path : below;
  };
}

/** Everything that the plan has, read where it lies and kept nowhere. */
function read(source: Source, plan: SourcePlan, options: InspectOptions): AsyncIterable<Reading> {
  if ('entries' in plan && source.hasFiles) return readEntries(plan.root, plan.entries, options);
  const staging = { ...options, root: plan.root, staging: { add: () => Promise.resolve() } };
  if ('entries' in plan) return stageFiles(source, plan.entries, staging);
  return stageRecords(plan.records, { ...staging, rename: (className) => className });
}

function summarise(
  plan: SourcePlan,
  entries: readonly Entry[],
  tell: TellPath,
  images: number | null,
): PlannedSource {
  const splits = { train: 0, validation: 0, test: 0, none: 0 };
  for (const { split } of entries) splits[split ?? 'none']++;
  const byClass = Map.groupBy(entries, ({ className }) => className?.normalize('NFC'));
  const { format, reason, root } = plan;
  const classes = plan.classes.map((name) => {
    const members = byClass.get(name.normalize('NFC')) ?? [];
    return { name, images: members.length, examples: members.slice(0, NAMED).map(({ path }) => tell(path)) };
  });
  return { format, reason, root, images, classes, unlabelled: byClass.get(undefined)?.length ?? 0, splits };
}

function problemsOf(skipped: readonly Skipped[], tell: TellPath): Inspection['problems'] {
  // What follows is about the single file, such as the bytes it begins with.
  return [...Map.groupBy(skipped, ({ reason }) => reason.split(/;| \(|\. /)[0]!)]
    .map(([reason, files]) => ({
      ...{ reason, files: files.length },
      examples: files.slice(0, NAMED).map((file) => ({ path: tell(file.path), reason: file.reason })),
    }))
    .sort((a, b) => b.files - a.files)
    .slice(0, NAMED);
}

function copiesOf(
  found: readonly Extract<Reading, { content: unknown }>[],
  tell: TellPath,
): Pick<Inspection, 'duplicates' | 'duplicateGroups' | 'conflicts' | 'conflictGroups'> {
  const groups = [...Map.groupBy(found, ({ content }) => content.sha256)].filter(
    ([, { length }]) => length > 1,
  );
  const described = groups.map(([sha256, members]) => ({
    sha256,
    paths: members.slice(0, NAMED).map(({ entry }) => tell(entry.path)),
    labels: [...new Set(members.flatMap(({ entry }) => entry.className?.normalize('NFC') ?? []))].sort(),
  }));
  const conflicts = described.filter(({ labels }) => labels.length > 1);
  return {
    duplicates: groups.reduce((sum, [, { length }]) => sum + length - 1, 0),
    duplicateGroups: described.slice(0, NAMED),
    conflicts: conflicts.length,
    conflictGroups: conflicts.slice(0, NAMED),
  };
}
