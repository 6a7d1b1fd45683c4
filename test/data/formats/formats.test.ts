import { describe, expect, test } from 'vitest';
import { chooseFormat, FORMATS, type FormatName } from '../../../src-main/data/formats/index.ts';
import type { Listing } from '../../../src-main/data/walk.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';

function listing(...files: string[]): Listing {
  return { root: '/data/pets', files, others: [], skipped: [] };
}

function chosen(files: Listing): { name: FormatName; reason: string; placed: string[] } {
  const { format, reason } = chooseFormat(files, 'auto');
  if (!('place' in format)) throw new Error(`${format.name} places no paths`);
  const placed = format
    .place(files)
    .map((place) => ('skipped' in place ? `skipped: ${place.skipped}` : `${place.className} ${place.split}`));
  return { name: format.name, reason, placed };
}

describe('detection', () => {
  test.each<{ title: string; files: string[]; name: FormatName; reason: string; placed: string[] }>([
    {
      title: 'class folders, images at any depth inside',
      files: ['cat/1.jpg', 'cat/night/old/2.jpg', 'dog/1.jpg', 'stray.jpg'],
      name: 'image-folder',
      reason: '3 of 4 files lie in 2 class folders',
      placed: ['cat null', 'cat null', 'dog null', 'skipped: it lies in no class folder'],
    },
    {
      title: 'split folders of every spelling above the classes',
      files: [
        'Train/cat/1.jpg',
        'val/cat/2.jpg',
        'valid/cat/3.jpg',
        'validation/dog/x/4.jpg',
        'test/dog/5.jpg',
      ],
      name: 'image-folder',
      reason: '5 of 5 files lie in 2 class folders below split folders (train, validation, test)',
      placed: ['cat train', 'cat validation', 'cat validation', 'dog validation', 'dog test'],
    },
    {
      title: 'split folders with strays in and beside them',
      files: ['extra/a/1.jpg', 'train/cat/1.jpg', 'train/dog/2.jpg', 'train/logo.jpg', 'val/cat/3.jpg'],
      name: 'image-folder',
      reason: '3 of 5 files lie in 2 class folders below split folders (train, validation)',
      placed: [
        'skipped: its folder "extra" is none of train, val, valid, validation, test',
        ...['cat train', 'dog train', 'skipped: it lies in no class folder', 'cat validation'],
      ],
    },
    {
      title: 'classes that are called like splits',
      files: ['bus/1.jpg', 'test/1.jpg', 'train/1.jpg', 'train/2.jpg'],
      name: 'image-folder',
      reason: '4 of 4 files lie in 3 class folders',
      placed: ['bus null', 'test null', 'train null', 'train null'],
    },
    {
      title: 'a folder around the class folders',
      files: ['PetImages/Cat/1.jpg', 'PetImages/Dog/1.jpg', 'PetImages/logo.png', 'stray.png'],
      name: 'image-folder',
      reason: '2 of 4 files lie in 2 class folders inside the folder "PetImages"',
      placed: [
        ...['Cat null', 'Dog null', 'skipped: it lies in no class folder'],
        'skipped: it lies outside the folder "PetImages"',
      ],
    },
    {
      title: 'folders around the split folders',
      files: ['a/b/train/cat/1.jpg', 'a/b/train/dog/1.jpg', 'a/b/test/cat/1.jpg'],
      name: 'image-folder',
      reason: '3 of 3 files lie in 2 class folders below split folders (train, test) inside the folder "a/b"',
      placed: ['cat train', 'dog train', 'cat test'],
    },
    {
      title: 'a single class with folders inside',
      files: ['cat/day/1.jpg', 'cat/1.jpg', 'cat/2.jpg', 'cat/night/1.jpg', 'cat/3.jpg'],
      name: 'image-folder',
      reason: '5 of 5 files lie in 1 class folder',
      placed: new Array<string>(5).fill('cat null'),
    },
    {
      title: "Kaggle's names in one folder",
      files: ['cat.0.jpg', 'cat.1.jpg', 'dog.0.jpg', 'logo.jpg', '.5.jpg', 'cat..jpg'],
      name: 'kaggle',
      reason: '3 of 6 files in the folder are named CLASS.NUMBER.EXTENSION',
      placed: [
        ...['cat null', 'cat null', 'dog null'],
        ...new Array<string>(3).fill('skipped: its name does not read CLASS.NUMBER.EXTENSION'),
      ],
    },
    {
      title: "Kaggle's download with its unlabelled test folder",
      files: ['test1/1.jpg', 'train/cat.0.jpg', 'train/cat.1.jpg', 'train/dog.0.jpg'],
      name: 'kaggle',
      reason: '3 of 3 files in the folder "train" are named CLASS.NUMBER.EXTENSION',
      placed: [
        'skipped: it lies outside the folder of the named images',
        ...['cat null', 'cat null', 'dog null'],
      ],
    },
    {
      title: "Kaggle's names sorted into class folders",
      files: ['cats/cat.0.jpg', 'cats/cat.1.jpg', 'cats/cat.2.jpg', 'dogs/dog.0.jpg'],
      name: 'image-folder',
      reason: '4 of 4 files lie in 2 class folders',
      placed: ['cats null', 'cats null', 'cats null', 'dogs null'],
    },
    {
      title: 'class names in any script and with dots',
      files: ['猫.1.png', 'Сиба.ину.2.png', 'قط.3.png'],
      name: 'kaggle',
      reason: '3 of 3 files in the folder are named CLASS.NUMBER.EXTENSION',
      placed: ['猫 null', 'Сиба.ину null', 'قط null'],
    },
  ])('$title', ({ files, name, reason, placed }) => {
    expect(chosen(listing(...files))).toEqual({ name, reason, placed });
  });

  test('images whose class nothing says are taken without labels, and it is told why', () => {
    const files = listing('a.jpg', 'b.jpg');
    expect(chosen(files)).toEqual({
      name: 'unlabelled',
      reason:
        'nothing says the class of any of its 2 files (image-folder: no file lies in a class folder; kaggle: 0 of 2 files in the folder are named CLASS.NUMBER.EXTENSION; manifest: there is no .csv or .jsonl file)',
      placed: ['null null', 'null null'],
    });
    const sorted = listing('cat/1.jpg', 'dog/2.jpg');
    expect(chooseFormat(sorted, 'unlabelled').reason).toBe('nothing says the class of any of its 2 files');
  });

  test('a format that is asked for and does not fit says why', () => {
    expect(labErrorOf(() => chooseFormat(listing('a.jpg', 'b.jpg'), 'kaggle'))).toEqual({
      code: 'FORMAT_UNKNOWN',
      message:
        '/data/pets has no known layout (kaggle: 0 of 2 files in the folder are named CLASS.NUMBER.EXTENSION).',
      hint: 'Put the images of each class into a folder with the name of the class.',
    });
  });

  test('the format asked for is taken although another fits better', () => {
    const files = listing('train/cat.0.jpg', 'train/dog.0.jpg');
    expect(chooseFormat(files, 'auto').format.name).toBe('kaggle');
    expect(chooseFormat(files, 'image-folder').format.name).toBe('image-folder');
  });
});

test.each(FORMATS.map((format) => [format.name, format] as const))(
  '%s has a placement for every file and no match for an empty folder',
  (_name, format) => {
    const files = listing('a', 'b/c', 'b/d.1.png', 'train/x/y.jpg', '\u0000', 'e/'.repeat(500) + 'f');
    if ('place' in format) expect(format.place(files)).toHaveLength(files.files.length);
    expect(format.detect(listing())).toMatchObject({ matches: false, confidence: 0 });
  },
);
