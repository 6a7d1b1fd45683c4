import { describe, expect, onTestFinished, test } from 'vitest';
import { LabStore } from '../../../src-main/data/store/index.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { sample } from './samples.ts';

/** Three cats, one of them excluded, two dogs, and one image without a label. */
function pets(folder = temporaryFolder()): LabStore {
  const store = LabStore.open(folder);
  const classes = ['cat', 'cat', 'cat', 'dog', 'dog', null];
  store.addSamples(
    'pets',
    classes.map((className, index) => sample(`/${index}.jpg`, className, index)),
  );
  const [, , third] = store.rows('pets');
  store.edit('pets', { samples: [third!.id], change: { excluded: true }, who: 'Ada' });
  return store;
}

function opened(): LabStore {
  const store = pets();
  onTestFinished(() => store.close());
  return store;
}

function labels(store: LabStore): (string | null)[] {
  return store.rows('pets').map((row) => row.className);
}

/** With the number of their samples. */
function classes(store: LabStore): [name: string, samples: number][] {
  const all = store.samples.counts('pets').classes;
  return all.flatMap(({ name, samples }) => (name === null ? [] : [[name, samples]]));
}

function names(store: LabStore): string[] {
  return classes(store).map(([name]) => name);
}

/** Everything that an operation can change. */
function state(store: LabStore): unknown {
  return { rows: store.rows('pets'), classes: classes(store), used: store.dataset('pets').classes };
}

const CAT_DOG = ['cat', 'cat', 'cat', 'dog', 'dog', null];

describe('class changes', () => {
  test('an added class is listed with no samples, and training does not know it', () => {
    const store = opened();
    expect(store.editClasses('pets', { add: 'bird' }, 'Ada')).toEqual({ operation: 2, changed: 0 });
    expect(classes(store)).toEqual([
      ['bird', 0],
      ['cat', 3],
      ['dog', 2],
    ]);
    expect(store.dataset('pets').classes).toEqual(['cat', 'dog']);
    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { label: 'bird' }, who: 'Ada' });
    expect(store.dataset('pets').classes).toEqual(['bird', 'cat', 'dog']);
  });

  test('a renamed class keeps its samples, in another place of the order', () => {
    const store = opened();
    store.editClasses('pets', { rename: 'cat', to: 'kitty' }, 'Ada');
    expect(names(store)).toEqual(['dog', 'kitty']);
    expect(labels(store)).toEqual(['kitty', 'kitty', 'kitty', 'dog', 'dog', null]);
    expect(store.editClasses('pets', { rename: 'kitty', to: 'kitty' }, 'Ada')).toBeUndefined();
  });

  test('a merged class is gone, its samples have the other one', () => {
    const store = opened();
    expect(store.editClasses('pets', { remove: 'dog', samplesTo: 'cat' }, 'Ada')?.changed).toBe(2);
    expect(classes(store)).toEqual([['cat', 5]]);
    expect(labels(store)).toEqual(['cat', 'cat', 'cat', 'cat', 'cat', null]);
  });

  test('samples of a deleted class lose their label, excluded ones too, and no others', () => {
    const store = opened();
    expect(store.editClasses('pets', { remove: 'cat', samplesTo: null }, 'Ada')?.changed).toBe(3);
    expect(names(store)).toEqual(['dog']);
    expect(labels(store)).toEqual([null, null, null, 'dog', 'dog', null]);
  });

  test.each([
    { add: 'bird' },
    { rename: 'cat', to: 'kitty' },
    { remove: 'dog', samplesTo: 'cat' },
    { remove: 'cat', samplesTo: null },
  ])('%j is undone and redone exactly, across restarts', (change) => {
    const folder = temporaryFolder();
    let store = pets(folder);
    const before = state(store);
    store.editClasses('pets', change, 'Ada');
    const after = state(store);
    for (let round = 0; round < 2; round++) {
      store.close();
      store = LabStore.open(folder);
      store.undo('pets', 'Ada');
      expect(state(store)).toEqual(before);
      store.close();
      store = LabStore.open(folder);
      store.redo('pets', 'Ada');
      expect(state(store)).toEqual(after);
    }
    store.close();
  });

  test('a long history is taken back and repeated step by step', () => {
    const store = opened();
    const [first, second] = store.rows('pets').map((row) => row.id);
    const steps: (() => void)[] = [
      () => store.editClasses('pets', { add: 'bird' }, 'Ada'),
      () => store.edit('pets', { samples: [first!], change: { label: 'bird' }, who: 'Ada' }),
      () => store.editClasses('pets', { rename: 'bird', to: 'wren' }, 'Ada'),
      () => store.editClasses('pets', { remove: 'wren', samplesTo: 'dog' }, 'Ada'),
      () => store.editClasses('pets', { add: 'wren' }, 'Ada'),
      () => store.editClasses('pets', { rename: 'dog', to: 'bird' }, 'Ada'),
      () =>
        store.edit('pets', { samples: [second!], change: { label: 'dog' }, who: 'Ada', createClass: true }),
      () => store.editClasses('pets', { remove: 'bird', samplesTo: null }, 'Ada'),
    ];
    const states = [state(store)];
    for (const step of steps) {
      step();
      states.push(state(store));
    }
    for (const expected of states.slice(0, -1).reverse()) {
      store.undo('pets', 'Ada');
      expect(state(store)).toEqual(expected);
    }
    for (const expected of states.slice(1)) {
      store.redo('pets', 'Ada');
      expect(state(store)).toEqual(expected);
    }
    expect(store.redo('pets', 'Ada')).toBeUndefined();
  });

  test('undone edits between edits are passed over', () => {
    const store = opened();
    const ids = store.rows('pets').map((row) => row.id);
    const flag = (at: number) =>
      store.edit('pets', { samples: [ids[at]!], change: { flagged: true }, who: 'A' });
    const flagged = () => store.rows('pets').flatMap((row, at) => (row.flagged ? [at] : []));
    flag(0);
    flag(1);
    store.undo('pets', 'A');
    flag(2);
    flag(3);
    store.undo('pets', 'A');
    store.redo('pets', 'A');
    store.undo('pets', 'A');
    expect(flagged()).toEqual([0, 2]);
    store.undo('pets', 'A');
    expect(flagged()).toEqual([0]);
    store.redo('pets', 'A');
    store.redo('pets', 'A');
    expect(flagged()).toEqual([0, 2, 3]);
    expect(store.redo('pets', 'A')).toBeUndefined();
  });
});

describe('refused', () => {
  test('a name that another class has, also in another Unicode spelling', () => {
    const store = opened();
    store.editClasses('pets', { add: 'e\u0301' }, 'Ada');
    const before = state(store);
    expect(labErrorOf(() => store.editClasses('pets', { add: '\u00e9' }, 'Ada'))).toEqual({
      code: 'CLASS_EXISTS',
      message: 'There is a class "e\u0301" already.',
      hint: 'Choose another name.',
    });
    expect(labErrorOf(() => store.editClasses('pets', { rename: 'cat', to: 'dog' }, 'Ada'))).toEqual({
      code: 'CLASS_EXISTS',
      message: 'There is a class "dog" already.',
      hint: 'Merge the two classes instead.',
    });
    expect(state(store)).toEqual(before);
    store.editClasses('pets', { rename: 'e\u0301', to: '\u00e9' }, 'Ada');
    expect(names(store)).toEqual(['cat', 'dog', '\u00e9']);
  });

  test('a class that there is not, and one into itself', () => {
    const store = opened();
    const unknown = {
      code: 'CLASS_UNKNOWN',
      message: 'The data set "pets" has no class "kat": its classes are cat, dog.',
      hint: 'Check the spelling, or ask for a new class on purpose.',
    };
    for (const change of [
      { rename: 'kat', to: 'x' },
      { remove: 'kat', samplesTo: null },
      { remove: 'cat', samplesTo: 'kat' },
    ]) {
      expect(labErrorOf(() => store.editClasses('pets', change, 'Ada'))).toEqual(unknown);
    }
    expect(labErrorOf(() => store.editClasses('pets', { remove: 'cat', samplesTo: 'cat' }, 'Ada'))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'The class "cat" cannot be merged into itself.',
    });
    expect(labels(store)).toEqual(CAT_DOG);
  });

  test.each(['', ' cat', 'cat\n', 'a\u0000b', '\u202etac', '\u200b', '\ud800', 'x'.repeat(201)])(
    'the name %j',
    (name) => {
      const store = opened();
      const error = {
        code: 'INVALID_ARGUMENT',
        message: `A class cannot be called ${JSON.stringify(name)}: expected 1 to 200 characters, some of them visible, without control characters and without spaces at the ends.`,
      };
      const [first] = store.rows('pets');
      const samples = [first!.id];
      expect(labErrorOf(() => store.editClasses('pets', { add: name }, 'Ada'))).toEqual(error);
      expect(labErrorOf(() => store.editClasses('pets', { rename: 'cat', to: name }, 'Ada'))).toEqual(error);
      expect(
        labErrorOf(() =>
          store.edit('pets', { samples, change: { label: name }, who: 'Ada', createClass: true }),
        ),
      ).toEqual(error);
      expect(names(store)).toEqual(['cat', 'dog']);
    },
  );

  test('a name that no folder can have; markup and paths are only names', () => {
    const store = opened();
    expect(labErrorOf(() => store.editClasses('pets', { add: '猫'.repeat(100) }, 'Ada')).message).toMatch(
      /^The class "猫+…" cannot be a folder: its name takes 300 bytes/,
    );
    for (const name of ['<b>cat</b>', '../cat', "'; DROP TABLE classes; --", '👩‍👧']) {
      store.editClasses('pets', { add: name }, 'Ada');
      expect(names(store)).toContain(name);
    }
  });
});

describe('imports between', () => {
  test('bring a deleted class back; taking the deletion back then takes nothing from them', () => {
    const store = opened();
    store.editClasses('pets', { remove: 'dog', samplesTo: null }, 'Ada');
    store.addSamples('pets', [sample('/6.jpg', 'dog', 6)]);
    expect(classes(store)).toContainEqual(['dog', 1]);
    store.undo('pets', 'Ada');
    expect(labels(store)).toEqual([...CAT_DOG, 'dog']);
    store.redo('pets', 'Ada');
    expect(labels(store)).toEqual(['cat', 'cat', 'cat', null, null, null, 'dog']);
    expect(names(store)).toEqual(['cat', 'dog']);
  });

  test('that take a former name keep the renaming from being taken back', () => {
    const store = opened();
    store.editClasses('pets', { rename: 'cat', to: 'kitty' }, 'Ada');
    store.addSamples('pets', [sample('/6.jpg', 'cat', 6)]);
    const before = state(store);
    expect(labErrorOf(() => store.undo('pets', 'Ada'))).toEqual({
      code: 'CLASS_EXISTS',
      message: 'There is a class "cat" already.',
      hint: 'Merge the two classes instead.',
    });
    expect(state(store)).toEqual(before);
  });
});

test('a new label that is taken back is no class any more', () => {
  const store = opened();
  const [first] = store.rows('pets');
  const edit = { samples: [first!.id], change: { label: 'bird' }, who: 'Ada', createClass: true };
  store.edit('pets', edit);
  expect(names(store)).toEqual(['bird', 'cat', 'dog']);
  store.undo('pets', 'Ada');
  expect(names(store)).toEqual(['cat', 'dog']);
  expect(labels(store)).toEqual(CAT_DOG);
  store.redo('pets', 'Ada');
  expect(names(store)).toEqual(['bird', 'cat', 'dog']);
});

test('the log of classes refuses every change', () => {
  const store = opened();
  store.editClasses('pets', { add: 'bird' }, 'Ada');
  expect(() => store.database.exec('DELETE FROM class_events')).toThrow('class events are append-only');
  expect(() => store.database.exec('UPDATE class_events SET id = 9')).toThrow('class events are append-only');
});
