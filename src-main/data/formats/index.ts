/** Every format, and which one a folder or an archive has. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Listing } from '../walk.ts';
import type { DatasetFormat, FormatName } from './format.ts';
import { cifar10, cifar100, cifar100Coarse } from './cifar.ts';
import { fashionMnist, mnist } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { kaggle } from './kaggle.ts';
import { manifest } from './manifest.ts';
import { unlabelled } from './unlabelled.ts';

export type * from './format.ts';
export { FORMAT_NAMES } from './format.ts';

/** All formats; among equally sure ones the first is taken. */
export const FORMATS: readonly DatasetFormat[] = [
  ...[imageFolder, kaggle, manifest],
  ...[cifar10, cifar100, cifar100Coarse, mnist, fashionMnist, unlabelled],
];

/** What a user may ask for. */
export type FormatChoice = 'auto' | FormatName;

/** A format and why it was taken. */
export interface ChosenFormat {
  readonly format: DatasetFormat;
  readonly reason: string;
}

/**
 * The format asked for, or with `auto` the one that fits best.
 *
 * @throws LabError `FORMAT_UNKNOWN`, which says for each format why it does not fit.
 */
export function chooseFormat(listing: Listing, choice: FormatChoice): ChosenFormat {
  const found = FORMATS.filter(({ name }) => choice === 'auto' || choice === name).map((format) => ({
    format,
    ...format.detect(listing),
  }));
  const [best] = found.filter(({ matches }) => matches).sort((a, b) => b.confidence - a.confidence);
  // What records lie in has names of its own: there is nothing to explain unless one was asked for.
  const told = choice === 'auto' ? found.filter(({ format }) => !('records' in format)) : found;
  const reasons = told
    .filter(({ matches }) => !matches)
    .map(({ format, reason }) => `${format.name}: ${reason}`)
    .join('; ');
  if (best?.format === unlabelled && reasons !== '') {
    return { format: unlabelled, reason: `${best.reason} (${reasons})` };
  }
  if (best !== undefined) return { format: best.format, reason: best.reason };
  throw new LabError('FORMAT_UNKNOWN', `${listing.root} has no known layout (${reasons}).`, {
    hint: 'Put the images of each class into a folder with the name of the class.',
  });
}
