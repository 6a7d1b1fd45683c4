/** From what a person writes for the augmentations of a training to the list that the run keeps. */
import { readFileSync } from 'node:fs';
import { LabError } from '../../src-shared/errors.ts';
import type { AugmentationSpec } from '../data/augmentations/index.ts';
import { parseAugmentations } from '../data/augmentations/parse.ts';
import { AUGMENTATION_PRESETS, type AugmentationPreset } from '../data/augmentations/presets.ts';

/**
 * Reads a preset's name, a list of augmentations, such a list as JSON, or the JSON file that holds it.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, and `INVALID_ARGUMENT` for what is no JSON or, as
 * `parseAugmentations` says, no list of augmentations
 */
export function readAugmentations(
  given: string | readonly unknown[],
  imageSize: number,
): AugmentationPreset | AugmentationSpec[] {
  if (typeof given !== 'string') return parseAugmentations(given, imageSize, 'augment');
  const preset = AUGMENTATION_PRESETS.find((name) => name === given);
  if (preset !== undefined) return preset;
  if (/^\s*[[{]/.test(given)) return parseAugmentations(parseJson(given, 'augment'), imageSize, 'augment');
  return parseAugmentations(parseJson(readText(given), given), imageSize, given);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LabError('INVALID_ARGUMENT', `${where}: expected JSON; ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const presets = AUGMENTATION_PRESETS.join(', ');
    if (code === 'ENOENT') {
      throw new LabError('SOURCE_NOT_FOUND', `Reading the augmentations ${file}: there is no such file.`, {
        hint: `Give a JSON file, a list as JSON, or one of the presets ${presets}.`,
      });
    }
    throw new LabError('SOURCE_UNREADABLE', `Reading the augmentations ${file}: ${code}.`, { cause });
  }
}
