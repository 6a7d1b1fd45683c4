import { describe, expect, test } from 'vitest';
import { LabStore, type NewSample, type Split } from '../../src-main/data/store/index.ts';
import { splitDataset } from '../../src-main/data/split.ts';
import { resolveConflict } from '../../src-main/data/labels.ts';
import { trainableRows } from '../../src-main/data/trainable.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { sample } from './store/samples.ts';
import { temporaryFolder } from './temporary.ts';

const SHARES = { validation: 0.2, test: 0.1, seed: 0 };

function lab(samples: readonly NewSample[]): LabStore {
  const store = LabStore.open(temporaryFolder());
  store.addSamples('pets', samples);
  return store;
}

/** `count` samples of a class, each with bytes of its own. */
function many(className: string, count: number, first = 0, split: Split | null = null): NewSample[] {
  return Array.from({ length: count }, (_, index) =>
    sample(`/pets/${className}.${index}.jpg`, className, first + index, split),
  );
}

function splitsByPath(store: LabStore): Map<string, Split | null> {
  return new Map(store.rows('pets').map((row) => [row.path, row.split]));
}

describe('a stratified split', () => {
  test('gives every class its share, and the same seed the same split', () => {
    using store = lab([...many('cat', 300), ...many('dog', 100, 300)]);
    const report = splitDataset(store, 'pets', SHARES);
    expect(report).toEqual({
      ...{ train: 280, validation: 80, test: 40, leftOut: 0, notes: [] },
      classes: {
        cat: { train: 210, validation: 60, test: 30 },
        dog: { train: 70, validation: 20, test: 10 },
      },
    });
    const first = splitsByPath(store);
    splitDataset(store, 'pets', { ...SHARES, seed: 1 });
    expect(splitsByPath(store)).not.toEqual(first);
    splitDataset(store, 'pets', SHARES);
    expect(splitsByPath(store)).toEqual(first);
  });

  test('rounds over all classes together and leaves each class something to train on', () => {
    using store = lab([...many('a', 4), ...many('b', 4, 4), ...many('c', 4, 8), ...many('d', 1, 12)]);
    const report = splitDataset(store, 'pets', { validation: 0.2, test: 0, seed: 3 });
    expect(report).toMatchObject({ train: 10, validation: 3, test: 0 });
    expect(report.classes['d']).toEqual({ train: 1, validation: 0, test: 0 });
  });

  test('allows no validation, no test, and nothing but both', () => {
    using store = lab([...many('cat', 5), ...many('dog', 5, 5)]);
    expect(splitDataset(store, 'pets', { validation: 0, test: 0, seed: 0 })).toMatchObject({ train: 10 });
    expect(splitDataset(store, 'pets', { validation: 0.5, test: 0.5, seed: 0 })).toMatchObject({
      ...{ train: 0, validation: 5, test: 5 },
    });
    expect(splitDataset(store, 'pets', { validation: 0, test: 1, seed: 0 })).toMatchObject({
      train: 0,
      test: 10,
    });
  });

  test('does not count what is left out, and still keeps it with its copies', () => {
    using store = lab([...many('cat', 10), ...many('dog', 10, 10)]);
    const ids = store.rows('pets').map((row) => row.id);
    store.edit('pets', { samples: ids.slice(0, 5), change: { excluded: true }, who: 'Ada' });
    store.edit('pets', { samples: ids.slice(15), change: { label: null }, who: 'Ada' });
    expect(splitDataset(store, 'pets', { validation: 0.2, test: 0, seed: 0 })).toMatchObject({
      ...{ train: 8, validation: 2, leftOut: 10 },
    });
    expect([...splitsByPath(store).values()]).not.toContain(null);
  });
});

describe('what belongs together', () => {
  test('copies stay on one side, whatever their labels', () => {
    const copies = Array.from({ length: 120 }, (_, index) =>
      sample(`/pets/${index}.jpg`, index % 3 === 0 ? 'dog' : 'cat', Math.floor(index / 4)),
    );
    using store = lab(copies);
    const ids = store.rows('pets').map((row) => row.id);
    store.edit('pets', { samples: ids, change: { label: 'cat' }, who: 'Ada' });
    const report = splitDataset(store, 'pets', { validation: 0.2, test: 0.1, seed: 5 });
    expect(report).toMatchObject({ train: 84, validation: 24, test: 12 });
    for (const rows of Map.groupBy(store.rows('pets'), (row) => row.sha256).values()) {
      expect(new Set(rows.map((row) => row.split)).size).toBe(1);
    }
  });

  test('groups by a pattern stay on one side, joined with copies', () => {
    const names = Array.from({ length: 200 }, (_, index) => `/pets/scene${index % 20}_${index}.jpg`);
    using store = lab([
      ...names.map((path, index) => sample(path, index % 2 === 0 ? 'cat' : 'dog', index)),
      sample('/pets/alone.jpg', 'cat', 0),
    ]);
    const report = splitDataset(store, 'pets', { ...SHARES, groupPattern: '^(scene\\d+)_' });
    expect(report).toMatchObject({ train: 141, validation: 40, test: 20 });
    const sides = new Map<string, Set<Split | null>>();
    for (const [path, split] of splitsByPath(store)) {
      const scene = /scene\d+/.exec(path)?.[0] ?? 'scene0';
      sides.set(scene, (sides.get(scene) ?? new Set()).add(split));
    }
    expect([...sides.values()].map((found) => found.size)).toEqual(new Array(20).fill(1));
  });

  test('a group larger than a share is taken when that comes closer, but never all of a class', () => {
    const grouped = Array.from({ length: 40 }, (_, index) =>
      sample(`/pets/s${index % 4}_${index}.jpg`, 'cat', index),
    );
    using store = lab([
      ...grouped,
      ...many('dog', 10, 40).map((row) => ({ ...row, path: `/pets/d_${row.path.slice(6)}` })),
    ]);
    const report = splitDataset(store, 'pets', {
      validation: 0.2,
      test: 0,
      seed: 0,
      groupPattern: '^([a-z]\\d?)_',
    });
    expect(report.classes).toEqual({
      cat: { train: 30, validation: 10, test: 0 },
      dog: { train: 10, validation: 0, test: 0 },
    });
    const most = { validation: 0.6, test: 0, seed: 0, groupPattern: '^([a-z]\\d?)_' };
    expect(splitDataset(store, 'pets', most).classes).toEqual({
      cat: { train: 20, validation: 20, test: 0 },
      dog: { train: 10, validation: 0, test: 0 },
    });
  });
});

describe('given splits', () => {
  test('are kept, and a share asked for on top of them is explained', () => {
    using store = lab([...many('cat', 8, 0, 'train'), ...many('dog', 4, 10, 'validation')]);
    expect(splitDataset(store, 'pets', { validation: 0.5, test: 0, seed: 0 })).toMatchObject({
      ...{ train: 8, validation: 4, test: 0 },
      notes: [
        'The data set "pets" came with its own validation split of 4 images, which is kept; the share of 0.5 asked for is not taken.',
      ],
    });
    expect(splitDataset(store, 'pets', { validation: 0, test: 0.25, seed: 0 })).toMatchObject({
      ...{ train: 6, validation: 4, test: 2 },
      notes: ['The data set "pets" came with its own validation split of 4 images, which is kept.'],
    });
  });

  test('a new sample follows its copy into a given side; given copies stay where they were given', () => {
    using store = lab([
      ...many('cat', 20, 0, 'train'),
      ...[sample('/pets/t1.jpg', 'cat', 100, 'test'), sample('/pets/t2.jpg', 'cat', 3, 'test')],
      sample('/pets/new.jpg', 'cat', 100),
    ]);
    splitDataset(store, 'pets', { validation: 0.5, test: 0, seed: 0 });
    const splits = splitsByPath(store);
    expect(splits.get('/pets/new.jpg')).toBe('test');
    expect(splits.get('/pets/t2.jpg')).toBe('test');
    expect(splits.get('/pets/cat.3.jpg')).toBe('train');
  });
});

describe('requests that make no split', () => {
  test.each([
    [{ validation: -0.1, test: 0 }, 'The validation share must be a number from 0 to 1, not -0.1.'],
    [{ validation: 0, test: 1.5 }, 'The test share must be a number from 0 to 1, not 1.5.'],
    [{ validation: NaN, test: 0 }, 'The validation share must be a number from 0 to 1, not NaN.'],
    [{ validation: 0.7, test: 0.5 }, 'The shares of validation (0.7) and test (0.5) add up to more than 1.'],
    [
      { validation: 0.5, test: 0, groupPattern: '(' },
      'The group pattern "(" is no regular expression (Invalid regular expression: /(/u: Unterminated group).',
    ],
    [
      { validation: 0.5, test: 0, groupPattern: 'cat' },
      'The group pattern "cat" has no capture group, which would give the key of the group.',
    ],
    [
      { validation: 0.5, test: 0, groupPattern: '^(scene)' },
      'The group pattern "^(scene)" matches none of the 4 file names, such as "cat.0.jpg".',
    ],
  ])('%j', (shares, message) => {
    using store = lab(many('cat', 4));
    expect(labErrorOf(() => splitDataset(store, 'pets', { seed: 0, ...shares }))).toMatchObject({
      code: 'SPLIT_INVALID',
      message,
    });
    expect([...splitsByPath(store).values()]).toEqual([null, null, null, null]);
  });

  test('a pattern that would take forever is stopped', () => {
    using store = lab([sample(`/pets/${'a'.repeat(60)}!.jpg`, 'cat', 0)]);
    expect(
      labErrorOf(() =>
        splitDataset(store, 'pets', { validation: 0, test: 0, seed: 0, groupPattern: '^((a+)+)$' }),
      ),
    ).toEqual({
      code: 'SPLIT_INVALID',
      message: 'The group pattern "^((a+)+)$" takes longer than 5 seconds on the file names.',
      hint: 'Give a regular expression such as ^(scene[0-9]+)_ whose first group is equal for images that belong together.',
    });
  });

  test('a share that gives no image', () => {
    using store = lab(many('cat', 1));
    expect(labErrorOf(() => splitDataset(store, 'pets', SHARES))).toEqual({
      code: 'SPLIT_EMPTY',
      message: 'A validation share of 0.2 of the 1 usable images in the data set "pets" gives no image.',
      hint: 'Ask for a larger share, import more images, or ask for none with --validation 0.',
    });
  });
});

describe('trainable rows', () => {
  test('have labels by code-point order and leave out what is excluded, unlabelled or in conflict', () => {
    using store = lab([
      ...[sample('/0.jpg', 'dog', 0), sample('/1.jpg', 'Cat', 1), sample('/2.jpg', 'dog', 2)],
      ...[sample('/3.jpg', 'dog', 3), sample('/4.jpg', 'Cat', 3), sample('/5.jpg', 'Cat', 5)],
    ]);
    const ids = store.rows('pets').map((row) => row.id);
    store.edit('pets', { samples: [ids[2]!], change: { excluded: true }, who: 'Ada' });
    store.edit('pets', { samples: [ids[5]!], change: { label: null }, who: 'Ada' });
    const { classes, rows, leftOut } = trainableRows(store, 'pets');
    expect(classes).toEqual(['Cat', 'dog']);
    expect(rows.map(({ path, label }) => [path, label])).toEqual([
      ['/0.jpg', 1],
      ['/1.jpg', 0],
    ]);
    expect(leftOut).toEqual({ excluded: 1, unlabelled: 1, conflicts: 2 });

    const sha256 = store.conflicts('pets')[0]!.sha256;
    expect(resolveConflict(store, 'pets', { sha256, label: 'dog', who: 'Ada' }).changed).toBe(1);
    expect(trainableRows(store, 'pets').rows.map(({ label }) => label)).toEqual([1, 0, 1, 1]);
    store.undo('pets', 'Ada');
    expect(trainableRows(store, 'pets').leftOut.conflicts).toBe(2);
    store.redo('pets', 'Ada');
    expect(labErrorOf(() => resolveConflict(store, 'pets', { sha256, label: 'dog', who: 'Ada' }))).toEqual({
      code: 'SAMPLE_NOT_FOUND',
      message: `The data set "pets" has no differently labelled copies with the hash ${sha256}.`,
    });
  });

  test('of one class, of one image, and of none', () => {
    using store = lab(many('cat', 3));
    const hint =
      'Import the folder that holds the class folders, not one of them, or add images of another class.';
    expect(labErrorOf(() => trainableRows(store, 'pets'))).toEqual({
      code: 'DATASET_ONE_CLASS',
      message:
        'The data set "pets" has only one class: all 3 usable images belong to "cat". At least two are needed.',
      hint,
    });
    const ids = store.rows('pets').map((row) => row.id);
    store.edit('pets', { samples: ids.slice(1), change: { excluded: true }, who: 'Ada' });
    expect(labErrorOf(() => trainableRows(store, 'pets'))).toEqual({
      code: 'DATASET_ONE_CLASS',
      message:
        'The data set "pets" has only one class: its only usable image belongs to "cat". At least two are needed.',
      hint,
    });
    store.edit('pets', { samples: ids.slice(0, 1), change: { label: null }, who: 'Ada' });
    expect(labErrorOf(() => trainableRows(store, 'pets'))).toEqual({
      code: 'DATASET_EMPTY',
      message:
        'The data set "pets" has no image to train on: 2 are excluded, 1 have no label, 0 have copies with another label.',
      hint: 'Label the images, or decide which label of the copies is right.',
    });
  });
});
