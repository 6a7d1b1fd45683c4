import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAugmentations } from '../../src-main/lab/augment.ts';
import type { LabErrorJson } from '../../src-shared/errors.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

const LIST = [{ name: 'pad-random-crop', padding: 4 }, { name: 'horizontal-flip' }];
const PARSED = [
  { name: 'pad-random-crop', size: 32, padding: 4, fill: 0, padding_mode: 'constant' },
  { name: 'horizontal-flip', p: 0.5 },
];

function file(text: string): string {
  const name = path.join(temporaryFolder(), 'augment.json');
  writeFileSync(name, text);
  return name;
}

function errorOf(given: string): LabErrorJson {
  return labErrorOf(() => readAugmentations(given, 32));
}

describe('readAugmentations', () => {
  test('takes a preset, a list, JSON and a file', () => {
    expect(readAugmentations('pad-crop-flip', 32)).toBe('pad-crop-flip');
    expect(readAugmentations(LIST, 32)).toEqual(PARSED);
    expect(readAugmentations(` ${JSON.stringify(LIST)}`, 32)).toEqual(PARSED);
    expect(readAugmentations(file(JSON.stringify(LIST)), 32)).toEqual(PARSED);
  });

  test('an error names where the list comes from', () => {
    const given = '[{"name":"horizontal-flip","p":7}]';
    const name = file(given);
    for (const [text, where] of [
      [given, 'augment'],
      [name, name],
    ] as const) {
      expect(errorOf(text)).toEqual({
        code: 'INVALID_ARGUMENT',
        message: `${where}[0] (horizontal-flip): p: expected a number from 0 to 1, not 7.`,
        hint: '`vitrine augmentations` lists them with their parameters.',
      });
    }
  });

  test('an object alone is no path', () => {
    expect(errorOf('{"name":"mixup"}').message).toBe('augment: expected a list, not {"name":"mixup"}.');
  });

  test('what is no JSON is refused', () => {
    const name = file('flip');
    expect(errorOf(name)).toEqual({
      code: 'INVALID_ARGUMENT',
      message: `${name}: expected JSON; Unexpected token 'l', "flip" is not valid JSON.`,
    });
  });

  test('a name that is neither preset nor file is told with the presets', () => {
    expect(errorOf('crop-flop')).toEqual({
      code: 'SOURCE_NOT_FOUND',
      message: 'Reading the augmentations crop-flop: there is no such file.',
      hint:
        'Give a JSON file, a list as JSON, or one of the presets none, crop-flip, pad-crop-flip, ' +
        'pad-affine-color, color.',
    });
  });

  test('a folder is told', () => {
    const folder = temporaryFolder();
    expect(errorOf(folder)).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `Reading the augmentations ${folder}: EISDIR.`,
    });
  });
});
