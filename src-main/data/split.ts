/** Splits a data set into training, validation and test: stratified, seeded, with what belongs together on one side. */
import { LabError } from '../../src-shared/errors.ts';
import { DisjointSets } from './disjoint-sets.ts';
import { nameGroups } from './name-groups.ts';
import { assignSides, LEFT_OUT, type Side, SIDES, type Unit } from './stratify.ts';
import { isTrainable } from './trainable.ts';
import { type LabStore, type SampleRow, SPLITS, type Split } from './store/index.ts';

/** How to split. */
export interface SplitOptions {
  /** Shares from 0 to 1 of the samples that have no given place; the rest is for training. */
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  /** A regular expression on file names; names with the same first capture group stay on one side. */
  readonly groupPattern?: string;
}

/** Samples of each split that training and evaluation will use. */
export type SplitCounts = Readonly<Record<Split, number>>;

/** What {@link splitDataset} did. */
export interface SplitReport extends SplitCounts {
  /** By class name, in code-point order. */
  readonly classes: Readonly<Record<string, SplitCounts>>;
  /** Samples that no split counts: excluded, without a label, or with copies that are labelled differently. */
  readonly leftOut: number;
  /** Sentences for the user about requests that the data set's own splits override. */
  readonly notes: readonly string[];
}

/**
 * Splits a data set and stores the splits. Copies (equal bytes) and groups stay on one side. Splits that the
 * source gave are kept: a side it gave takes nothing new, and new sides are taken from its training samples.
 * The same samples in the same order with the same seed give the same splits.
 *
 * @throws LabError `SPLIT_INVALID` (a share or the pattern), `SPLIT_EMPTY` (a share that gives no image),
 * `DATASET_NOT_FOUND`.
 */
export function splitDataset(store: LabStore, dataset: string, options: SplitOptions): SplitReport {
  requireShares(options);
  const { name, classes } = store.dataset(dataset);
  const rows = store.rows(dataset);
  const given = new Set(rows.map((row) => row.givenSplit));
  const sets = connect(rows, options.groupPattern);
  const splits: (Split | null)[] = rows.map((row) => row.givenSplit);
  const pool = sets.filter((members) => !followGiven(members, rows, splits));
  const wanted = SIDES.filter((side) => !given.has(side) && options[side] > 0);
  const units = pool.map((members) => countStrata(members, rows));
  const sides = assignSides(units, wanted, options);
  for (const [index, members] of pool.entries()) {
    for (const member of members) splits[member] = sides[index] ?? 'train';
  }
  for (const side of wanted) requireFilled(name, side, options[side], rows, splits);
  store.setSplits(new Map(rows.map((row, index) => [row.id, splits[index]!])));
  return report(rows, splits, classes, notesOn(name, given, options, rows));
}

function requireShares({ validation, test }: SplitOptions): void {
  for (const [side, share] of Object.entries({ validation, test })) {
    if (share >= 0 && share <= 1) continue;
    throw new LabError('SPLIT_INVALID', `The ${side} share must be a number from 0 to 1, not ${share}.`);
  }
  if (validation + test <= 1 + 1e-9) return;
  throw new LabError(
    'SPLIT_INVALID',
    `The shares of validation (${validation}) and test (${test}) add up to more than 1.`,
    { hint: 'Leave a share for training, for example --validation 0.2 --test 0.1.' },
  );
}

function connect(rows: readonly SampleRow[], groupPattern: string | undefined): number[][] {
  const sets = new DisjointSets(rows.length);
  const join = (keys: readonly (string | undefined)[]) => {
    const first = new Map<string, number>();
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      const known = first.get(key);
      if (known === undefined) first.set(key, index);
      else sets.join(known, index);
    }
  };
  join(rows.map((row) => row.sha256));
  const paths = rows.map((row) => row.path);
  if (groupPattern !== undefined) join(nameGroups(paths, groupPattern));
  return sets.sets();
}

/**
 * Whether the source put a member into validation or test: then members without a given place follow it, and
 * given ones stay (published protocols do have copies across their splits).
 */
function followGiven(
  members: readonly number[],
  rows: readonly SampleRow[],
  splits: (Split | null)[],
): boolean {
  const side = SIDES.find((name) => members.some((index) => rows[index]!.givenSplit === name));
  if (side === undefined) return false;
  for (const index of members) splits[index] ??= side;
  return true;
}

function countStrata(members: readonly number[], rows: readonly SampleRow[]): Unit {
  const unit = new Map<string, number>();
  for (const index of members) {
    const row = rows[index]!;
    const stratum = isTrainable(row) ? row.className : LEFT_OUT;
    unit.set(stratum, (unit.get(stratum) ?? 0) + 1);
  }
  return unit;
}

function requireFilled(
  dataset: string,
  side: Side,
  share: number,
  rows: readonly SampleRow[],
  splits: readonly (Split | null)[],
): void {
  if (rows.some((row, index) => splits[index] === side && isTrainable(row))) return;
  const usable = rows.filter(isTrainable).length;
  throw new LabError(
    'SPLIT_EMPTY',
    `A ${side} share of ${share} of the ${usable} usable images in the data set "${dataset}" gives no image.`,
    { hint: `Ask for a larger share, import more images, or ask for none with --${side} 0.` },
  );
}

function notesOn(
  dataset: string,
  given: ReadonlySet<Split | null>,
  options: SplitOptions,
  rows: readonly SampleRow[],
): string[] {
  return SIDES.filter((side) => given.has(side)).map((side) => {
    const count = rows.filter((row) => row.givenSplit === side).length;
    const kept = `The data set "${dataset}" came with its own ${side} split of ${count} images, which is kept`;
    return options[side] > 0 ? `${kept}; the share of ${options[side]} asked for is not taken.` : `${kept}.`;
  });
}

function report(
  rows: readonly SampleRow[],
  splits: readonly (Split | null)[],
  classNames: readonly string[],
  notes: readonly string[],
): SplitReport {
  const empty = () => Object.fromEntries(SPLITS.map((split) => [split, 0])) as Record<Split, number>;
  const sum = empty();
  const classes = Object.fromEntries(classNames.map((name) => [name, empty()]));
  let leftOut = 0;
  for (const [index, row] of rows.entries()) {
    const split = splits[index]!;
    if (!isTrainable(row)) {
      leftOut++;
      continue;
    }
    sum[split]++;
    classes[row.className]![split]++;
  }
  return { ...sum, classes, leftOut, notes };
}
