import { describe, expect, test } from 'vitest';
import { batchSpecs, sampleSpecs } from '../../../src-main/data/augmentations/index.ts';
import { AUGMENTATION_INFOS, parseAugmentations } from '../../../src-main/data/augmentations/parse.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';

const parse = (given: unknown): unknown => parseAugmentations(given, 32, 'list.json');

describe('parseAugmentations', () => {
  test('fills in defaults, and the image size as the size of crops', () => {
    const specs = parseAugmentations(
      [
        { name: 'pad-random-crop', padding: 4 },
        { name: 'random-resized-crop', size: 24 },
        { name: 'horizontal-flip' },
        { name: 'mixup', alpha: 0.2 },
        { name: 'cutmix' },
      ],
      32,
      'list.json',
    );
    expect(specs).toEqual([
      { name: 'pad-random-crop', size: 32, padding: 4, fill: 0, padding_mode: 'constant' },
      {
        ...{ name: 'random-resized-crop', size: 24, scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
        interpolation: 'bilinear',
      },
      { name: 'horizontal-flip', p: 0.5 },
      { name: 'mixup', alpha: 0.2, p: 1 },
      { name: 'cutmix', alpha: 1, p: 1 },
    ]);
    expect(parse(JSON.parse(JSON.stringify(specs)))).toEqual(specs);
    expect(sampleSpecs(specs)).toEqual(specs.slice(0, 3));
    expect(batchSpecs(specs)).toEqual(specs.slice(3));
    expect(parse([])).toEqual([]);
  });

  const flip = { name: 'horizontal-flip' };
  const names =
    'random-resized-crop, pad-random-crop, horizontal-flip, vertical-flip, random-affine, random-rotation, ' +
    'color-jitter, random-grayscale, random-autocontrast, gaussian-blur, random-erasing, mixup, cutmix';

  test.each([
    [{ name: 'mixup' }, 'list.json: expected a list, not {"name":"mixup"}.'],
    [[flip, 'cutmix'], 'list.json[1]: expected an object with a name, not "cutmix".'],
    [[{ p: 1 }], 'list.json[0]: expected an object with a name, not {"p":1}.'],
    [[{ name: 'flip' }], `list.json[0]: expected the name to be one of ${names}, not "flip".`],
    [[flip, { ...flip, p: 2 }], 'list.json[1] (horizontal-flip): p: expected a number from 0 to 1, not 2.'],
    [[{ ...flip, q: 2, r: 3 }], 'list.json[0] (horizontal-flip): expected only the parameters p, not q, r.'],
    [
      [{ name: 'random-affine' }],
      'list.json[0] (random-affine): degrees: expected a number of at least 0 or two ascending numbers, ' +
        'not nothing.',
    ],
    [
      [{ name: 'random-erasing', scale: [0.5, 0.1] }],
      'list.json[0] (random-erasing): scale: expected two ascending numbers above 0 and up to 1, not [0.5,0.1].',
    ],
    [
      [{ name: 'mixup' }, flip],
      'list.json[1] (horizontal-flip): expected no augmentation of single pictures after one of batches, ' +
        'which mixup at [0] is.',
    ],
  ])('%j is refused', (given, message) => {
    expect(labErrorOf(() => parse(given))).toEqual({
      code: 'INVALID_ARGUMENT',
      message,
      hint: '`vitrine augmentations` lists them with their parameters.',
    });
  });
});

describe('AUGMENTATION_INFOS', () => {
  test('names every parameter with what it accepts, and the default where there is one', () => {
    expect(AUGMENTATION_INFOS.find(({ name }) => name === 'random-rotation')).toEqual({
      name: 'random-rotation',
      parameters: [
        { name: 'degrees', expected: 'a number of at least 0 or two ascending numbers' },
        { name: 'interpolation', expected: 'one of nearest, bilinear', default: 'nearest' },
        { name: 'fill', expected: 'a whole number from 0 to 255, or three of them', default: 0 },
      ],
    });
    for (const { parameters } of AUGMENTATION_INFOS) {
      for (const { expected } of parameters) expect(expected).toMatch(/^\S.*\S$/);
    }
  });
});
