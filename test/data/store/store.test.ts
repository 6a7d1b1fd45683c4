import { describe, expect, test } from 'vitest';
import { LabStore } from '../../../src-main/data/store/index.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { sample } from './samples.ts';

function labels(store: LabStore, dataset = 'pets'): (string | null)[] {
  return store.rows(dataset).map((row) => row.className);
}

describe('data sets', () => {
  test('a missing one lists what exists', () => {
    using store = LabStore.open(temporaryFolder());
    expect(labErrorOf(() => store.rows('pets'))).toEqual({
      code: 'DATASET_NOT_FOUND',
      message: 'There is no data set "pets": the lab has no data set yet.',
      hint: 'Import a folder of images with: vitrine import PATH --dataset NAME',
    });
    store.addSamples('birds', [sample('/b/0.jpg', 'wren', 0)]);
    store.addSamples('Åland', [sample('/a/0.jpg', 'wren', 0)]);
    expect(labErrorOf(() => store.dataset('pets')).message).toBe(
      'There is no data set "pets": the lab has "birds", "Åland".',
    );
  });

  test('names are compared in NFC and kept as they were', () => {
    using store = LabStore.open(temporaryFolder());
    store.addSamples('cafe\u0301', [sample('/a.jpg', 'e\u0301', 0), sample('/b.jpg', '\u00e9', 1)]);
    expect(store.dataset('caf\u00e9')).toMatchObject({
      name: 'cafe\u0301',
      samples: 2,
      classes: ['e\u0301'],
    });
  });

  test.each(['', ' pets', 'a\nb', 'x'.repeat(201)])('the name %j is refused', (name) => {
    using store = LabStore.open(temporaryFolder());
    expect(labErrorOf(() => store.addSamples(name, []))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: `A data set cannot be called ${JSON.stringify(name)}: expected 1 to 200 characters without control characters and without spaces at the ends.`,
    });
  });

  test('classes are in code-point order and count only with a sample', () => {
    using store = LabStore.open(temporaryFolder());
    const names = ['b', 'B', 'ä', '猫', '\uff5e', '😀', '10', '9'];
    store.addSamples(
      'pets',
      names.map((name, index) => sample(`/${index}.jpg`, name, index)),
    );
    expect(store.dataset('pets').classes).toEqual(['10', '9', 'B', 'b', 'ä', '猫', '\uff5e', '😀']);
    const id = store.rows('pets')[0]!.id;
    store.edit('pets', { samples: [id], change: { label: 'B' }, who: 'Ada' });
    expect(store.dataset('pets').classes).not.toContain('b');
  });
});

describe('samples', () => {
  test('come in natural order, with folders kept together', () => {
    using store = LabStore.open(temporaryFolder());
    const paths = ['/d/cat.2.jpg', '/d/cat.10.jpg', '/d/cat.010.jpg', '/d-x/cat.1.jpg', '/d/cat.1.jpg'];
    store.addSamples(
      'pets',
      paths.map((path, index) => sample(path, 'cat', index)),
    );
    expect(store.rows('pets').map((row) => row.path)).toEqual([
      '/d/cat.1.jpg',
      '/d/cat.2.jpg',
      '/d/cat.010.jpg',
      '/d/cat.10.jpg',
      '/d-x/cat.1.jpg',
    ]);
  });

  test('a path is one sample in every spelling; new bytes replace its content and nothing else', () => {
    using store = LabStore.open(temporaryFolder());
    store.addSamples('pets', [sample('/e\u0301.jpg', 'cat', 1, 'test')]);
    expect(store.addSamples('pets', [sample('/\u00e9.jpg', 'dog', 1)])).toEqual({
      added: 0,
      updated: 0,
      known: 1,
    });
    expect(store.addSamples('pets', [sample('/\u00e9.jpg', 'dog', 2)])).toEqual({
      added: 0,
      updated: 1,
      known: 0,
    });
    expect(store.rows('pets')).toEqual([
      {
        ...{
          id: 1,
          path: '/e\u0301.jpg',
          file: '/e\u0301.jpg',
          sha256: '2'.padStart(64, '0'),
          width: 4,
          height: 3,
        },
        ...{ className: 'cat', split: 'test', givenSplit: 'test' },
        ...{ excluded: false, flagged: false, conflict: false },
      },
    ]);
  });

  test('one content belongs to samples of several data sets, each with its own label', () => {
    using store = LabStore.open(temporaryFolder());
    store.addSamples('pets', [sample('/a.jpg', 'cat', 7)]);
    store.addSamples('animals', [sample('/a.jpg', 'mammal', 7)]);
    expect(labels(store)).toEqual(['cat']);
    expect(labels(store, 'animals')).toEqual(['mammal']);
    expect(store.conflicts('pets')).toEqual([]);
    expect(store.content('7'.padStart(64, '0'))).toEqual(sample('', '', 7).content);
    expect(store.content('8'.padStart(64, '0'))).toBeUndefined();
  });

  test('copies with different labels conflict until the labels agree or one is excluded', () => {
    using store = LabStore.open(temporaryFolder());
    store.addSamples('pets', [
      ...[
        sample('/0.jpg', 'dog', 5),
        sample('/1.jpg', 'cat', 5),
        sample('/2.jpg', 'cat', 6),
        sample('/3.jpg', 'cat', 6),
      ],
    ]);
    const group = { sha256: '5'.padStart(64, '0'), paths: ['/0.jpg', '/1.jpg'], labels: ['cat', 'dog'] };
    expect(store.conflicts('pets')).toEqual([group]);
    expect(store.copies('pets')).toEqual([
      group,
      { sha256: '6'.padStart(64, '0'), paths: ['/2.jpg', '/3.jpg'], labels: ['cat'] },
    ]);
    expect(store.rows('pets').map((row) => row.conflict)).toEqual([true, true, false, false]);

    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { excluded: true }, who: 'Ada' });
    expect(store.rows('pets').map((row) => row.conflict)).toEqual([false, false, false, false]);
    store.undo('pets', 'Ada');
    expect(store.conflicts('pets')).toEqual([group]);
    store.edit('pets', { samples: [first!.id], change: { label: 'cat' }, who: 'Ada' });
    expect(store.conflicts('pets')).toEqual([]);
  });
});

describe('edits', () => {
  function pets(folder: string): LabStore {
    const store = LabStore.open(folder);
    store.addSamples('pets', [
      sample('/0.jpg', 'cat', 0),
      sample('/1.jpg', 'dog', 1),
      sample('/2.jpg', 'cat', 2),
    ]);
    return store;
  }

  test('are logged with who, when, from and to; nothing is logged for what stays', () => {
    using store = pets(temporaryFolder());
    const ids = store.rows('pets').map((row) => row.id);
    expect(store.edit('pets', { samples: ids, change: { label: 'dog' }, who: 'Ada' })).toEqual({
      operation: 1,
      changed: 2,
    });
    expect(store.edit('pets', { samples: ids, change: { label: 'dog' }, who: 'Ada' })).toBeUndefined();
    store.edit('pets', { samples: [ids[0]!], change: { flagged: true }, who: 'Bo' });
    store.edit('pets', { samples: [ids[0]!], change: { label: null }, who: 'Bo' });
    const when = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    const ofFirst = [
      {
        id: 1,
        operation: 1,
        kind: 'edit',
        who: 'Ada',
        when,
        sample: ids[0],
        what: 'label',
        from: 'cat',
        to: 'dog',
      },
      {
        id: 3,
        operation: 2,
        kind: 'edit',
        who: 'Bo',
        when,
        sample: ids[0],
        what: 'flagged',
        from: false,
        to: true,
      },
      {
        id: 4,
        operation: 3,
        kind: 'edit',
        who: 'Bo',
        when,
        sample: ids[0],
        what: 'label',
        from: 'dog',
        to: null,
      },
    ];
    expect(store.events('pets', ids[0])).toEqual(ofFirst);
    expect(store.events('pets')).toHaveLength(4);
    expect(labels(store)).toEqual([null, 'dog', 'dog']);
  });

  test('undo and redo survive a restart, and a new edit ends what could be redone', () => {
    const folder = temporaryFolder();
    let store = pets(folder);
    const ids = store.rows('pets').map((row) => row.id);
    const restart = () => {
      store.close();
      store = LabStore.open(folder);
    };
    store.edit('pets', { samples: ids, change: { label: 'bird' }, who: 'Ada', createClass: true });
    store.edit('pets', { samples: [ids[1]!], change: { label: 'cat' }, who: 'Ada' });
    restart();
    expect(store.undo('pets', 'Ada')?.changed).toBe(1);
    expect(labels(store)).toEqual(['bird', 'bird', 'bird']);
    restart();
    expect(store.undo('pets', 'Ada')?.changed).toBe(3);
    expect(labels(store)).toEqual(['cat', 'dog', 'cat']);
    expect(store.undo('pets', 'Ada')).toBeUndefined();
    restart();
    store.redo('pets', 'Ada');
    store.redo('pets', 'Ada');
    expect(labels(store)).toEqual(['bird', 'cat', 'bird']);
    expect(store.redo('pets', 'Ada')).toBeUndefined();
    store.undo('pets', 'Ada');
    store.edit('pets', { samples: [ids[2]!], change: { label: 'dog' }, who: 'Ada' });
    restart();
    expect(store.redo('pets', 'Ada')).toBeUndefined();
    expect(labels(store)).toEqual(['bird', 'bird', 'dog']);
    expect(store.events('pets').map((event) => event.kind)).toContain('redo');
    store.close();
  });

  test('a class or sample that does not exist is refused and nothing changes', () => {
    using store = pets(temporaryFolder());
    const ids = store.rows('pets').map((row) => row.id);
    expect(
      labErrorOf(() => store.edit('pets', { samples: ids, change: { label: 'kat' }, who: 'Ada' })),
    ).toEqual({
      code: 'CLASS_UNKNOWN',
      message: 'The data set "pets" has no class "kat": its classes are cat, dog.',
      hint: 'Check the spelling, or ask for a new class on purpose.',
    });
    expect(
      labErrorOf(() => store.edit('pets', { samples: [...ids, 99], change: { label: 'dog' }, who: 'Ada' })),
    ).toEqual({ code: 'SAMPLE_NOT_FOUND', message: 'The data set "pets" has no sample 99.' });
    expect(labels(store)).toEqual(['cat', 'dog', 'cat']);
    expect(store.events('pets')).toEqual([]);
  });

  test('the log refuses every change, whoever tries', () => {
    using store = pets(temporaryFolder());
    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { label: 'dog' }, who: 'Ada' });
    for (const table of ['label_events', 'operations']) {
      const name = table.replace('_', ' ');
      expect(() => store.database.exec(`DELETE FROM ${table}`)).toThrow(`${name} are append-only`);
      expect(() => store.database.exec(`UPDATE ${table} SET id = 9`)).toThrow(`${name} are append-only`);
    }
    expect(store.events('pets')).toHaveLength(1);
  });
});
