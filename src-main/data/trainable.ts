/** Which samples training and evaluation use. */
import { LabError } from '../../src-shared/errors.ts';
import type { LabStore, SampleRow } from './store/index.ts';

/** A sample with its class's index. */
export interface TrainableRow extends SampleRow {
  readonly className: string;
  /** Index into {@link TrainableRows.classes}. */
  readonly label: number;
}

/** What of a data set can be trained on, in every split. */
export interface TrainableRows {
  /** In code-point order. */
  readonly classes: readonly string[];
  /** In natural order of the paths. */
  readonly rows: readonly TrainableRow[];
  /** Samples that are not among the rows. */
  readonly leftOut: { readonly excluded: number; readonly unlabelled: number; readonly conflicts: number };
}

/** Whether a sample has a label that nothing speaks against. */
export function isTrainable(row: SampleRow): row is SampleRow & { readonly className: string } {
  return !row.excluded && !row.conflict && row.className !== null;
}

/**
 * The samples to train on: not excluded, labelled, and without a copy that is labelled differently.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EMPTY` (none is left), `DATASET_ONE_CLASS` (nothing to tell
 * apart).
 */
export function trainableRows(store: LabStore, dataset: string): TrainableRows {
  const { name, classes: known } = store.dataset(dataset);
  const all = store.rows(dataset);
  const usable = all.filter(isTrainable);
  const leftOut = {
    excluded: all.filter((row) => row.excluded).length,
    unlabelled: all.filter((row) => !row.excluded && row.className === null).length,
    conflicts: all.filter((row) => row.conflict).length,
  };
  const found = new Set(usable.map((row) => row.className));
  const classes = known.filter((className) => found.has(className));
  if (usable.length === 0) throw nothingUsable(name, leftOut);
  if (classes.length === 1) throw oneClass(name, classes[0]!, usable.length);
  const labels = new Map(classes.map((className, label) => [className, label]));
  return { classes, rows: usable.map((row) => ({ ...row, label: labels.get(row.className)! })), leftOut };
}

/** The error of a data set without such a sample. */
export function nothingUsable(
  dataset: string,
  { excluded, unlabelled, conflicts }: TrainableRows['leftOut'],
): LabError {
  return new LabError(
    'DATASET_EMPTY',
    `The data set "${dataset}" has no image to train on: ${excluded} are excluded, ${unlabelled} have no label, ${conflicts} have copies with another label.`,
    { hint: 'Label the images, or decide which label of the copies is right.' },
  );
}

/** The error of a data set with one class alone. */
export function oneClass(dataset: string, className: string, count: number): LabError {
  const images = count === 1 ? 'its only usable image belongs' : `all ${count} usable images belong`;
  return new LabError(
    'DATASET_ONE_CLASS',
    `The data set "${dataset}" has only one class: ${images} to "${className}". At least two are needed.`,
    {
      hint: 'Import the folder that holds the class folders, not one of them, or add images of another class.',
    },
  );
}
