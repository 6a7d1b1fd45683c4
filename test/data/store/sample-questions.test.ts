import { basename } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LabStore, type SampleQuery } from '../../../src-main/data/store/index.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { sample } from './samples.ts';

const ALL = { offset: 0, limit: 100 };

/** Two cats, one of them also labelled a dog, two dogs with the same bytes, an owl, and one without a label. */
function openStore(): { store: LabStore; ids: Record<string, number> } {
  const store = LabStore.open(temporaryFolder());
  onTestFinished(() => store.close());
  store.addSamples('pets', [
    large(sample('/pets/a/cat_1.png', 'cat', 1, 'train'), 300, 9, 9),
    large(sample('/pets/a/cat_10.png', 'cat', 2, 'train'), 200, 1, 2),
    large(sample('/pets/b/dog_2.png', 'dog', 1, 'validation'), 300, 9, 9),
    large(sample('/pets/b/Dog_3.png', 'dog', 3, 'test'), 100, 50, 50),
    large(sample('/pets/b/dog_4.png', 'dog', 3), 100, 50, 50),
    large(sample('/pets/100%_owl.png', 'owl', 4), 400, 3, 3),
    large(sample('/pets/猫.png', null, 5), 500, 4, 4),
  ]);
  const ids = Object.fromEntries(store.rows('pets').map(({ id, path }) => [basename(path), id]));
  return { store, ids };
}

function large(one: ReturnType<typeof sample>, size: number, width: number, height: number): typeof one {
  return { ...one, content: { ...one.content, size, width, height } };
}

/** What a network says of some of them: it is sure of the first cat, and takes a dog for a cat. */
async function predict(
  store: LabStore,
  ids: Record<string, number>,
  run = 'first',
  epoch = 1,
): Promise<void> {
  const trainedAt = new Date().toISOString();
  const writer = store.evaluations.write({ dataset: 'pets', run, classes: ['cat', 'dog'], trainedAt });
  writer.add(
    Object.entries({ 'cat_1.png': 1, 'dog_2.png': 0.75, 'Dog_3.png': 0.25, '猫.png': 0.5 }).map(
      ([name, cat]) => ({
        sample: ids[name]!,
        split: 'none' as const,
        probabilities: Float32Array.from([cat, 1 - cat]),
      }),
    ),
  );
  await writer.finish(epoch);
}

function names(store: LabStore, query: SampleQuery): string[] {
  return store.samples.page('pets', query, null, ALL).samples.map(({ path }) => basename(path));
}

describe('samples that fit', () => {
  test.each<[SampleQuery, string[]]>([
    [{ className: 'dog' }, ['dog_2.png', 'dog_4.png', 'Dog_3.png'].sort(byNature)],
    [{ className: null }, ['猫.png']],
    [{ className: 'cow' }, []],
    [{ split: 'train' }, ['cat_1.png', 'cat_10.png']],
    [{ split: null }, ['dog_4.png', '100%_owl.png', '猫.png'].sort(byNature)],
    [{ duplicate: true }, ['cat_1.png', 'Dog_3.png', 'dog_2.png', 'dog_4.png']],
    [{ duplicate: false, className: 'cat' }, ['cat_10.png']],
    [{ conflict: true }, ['cat_1.png', 'dog_2.png']],
    [{ conflict: false, duplicate: true }, ['Dog_3.png', 'dog_4.png']],
    [{ text: 'DOG_' }, ['Dog_3.png', 'dog_2.png', 'dog_4.png']],
    [{ text: 'b/dog_4' }, ['dog_4.png']],
    [{ text: '%_' }, ['100%_owl.png']],
    [{ text: '_1' }, ['cat_1.png', 'cat_10.png']],
    [{ text: '猫' }, ['猫.png']],
    [{ text: 'pets' }, []],
    [{ text: '\\' }, []],
  ])('%j', (query, expected) => {
    const { store } = openStore();
    expect(names(store, query).sort(byNature)).toEqual([...expected].sort(byNature));
    expect(store.samples.ids('pets', query, null)).toHaveLength(expected.length);
  });

  test('marks', () => {
    const { store, ids } = openStore();
    const [cat, owl] = [ids['cat_1.png']!, ids['100%_owl.png']!];
    store.edit('pets', { samples: [cat], change: { excluded: true }, who: 'Ada' });
    store.edit('pets', { samples: [owl], change: { flagged: true }, who: 'Ada' });
    expect(names(store, { excluded: true })).toEqual(['cat_1.png']);
    expect(names(store, { excluded: false, className: 'cat' })).toEqual(['cat_10.png']);
    expect(names(store, { flagged: true })).toEqual(['100%_owl.png']);
    // What is excluded differs from nothing any more.
    expect(names(store, { conflict: true })).toEqual([]);
  });

  test('predictions: by class, right or wrong, and by how unsure they are', async () => {
    const { store, ids } = openStore();
    expect(names(store, { predicted: 'cat' })).toEqual([]);
    expect(names(store, { right: false })).toEqual([]);
    await predict(store, ids);
    expect(names(store, { predicted: 'cat' }).sort()).toEqual(['cat_1.png', 'dog_2.png', '猫.png']);
    expect(names(store, { right: true }).sort()).toEqual(['Dog_3.png', 'cat_1.png']);
    expect(names(store, { right: false })).toEqual(['dog_2.png']);
    expect(names(store, { minUncertainty: 0.99 })).toEqual(['猫.png']);
    expect(names(store, { minUncertainty: 0.8 }).sort()).toEqual(['Dog_3.png', 'dog_2.png', '猫.png']);
    store.edit('pets', { samples: [ids['dog_2.png']!], change: { label: 'cat' }, who: 'Ada' });
    expect(names(store, { right: false })).toEqual([]);
  });

  test('by the evaluation that is named, of one epoch or the latest of a run', async () => {
    const { store, ids } = openStore();
    await predict(store, ids, 'first', 1);
    await predict(store, ids, 'first', 2);
    await predict(store, ids, 'second', 7);
    const evaluation = (choice: Parameters<typeof store.samples.page>[2]) => {
      const { run, epoch } = store.samples.page('pets', {}, choice, ALL).evaluation!;
      return { run, epoch };
    };
    expect(evaluation(null)).toEqual({ run: 'second', epoch: 7 });
    expect(evaluation({ run: 'first', epoch: null })).toEqual({ run: 'first', epoch: 2 });
    expect(evaluation({ run: 'first', epoch: 1 })).toEqual({ run: 'first', epoch: 1 });
    expect(labErrorOf(() => evaluation({ run: 'first', epoch: 3 })).code).toBe('EVALUATION_NOT_FOUND');
  });
});

/** Any fixed order. */
function byNature(a: string, b: string): number {
  return a < b ? -1 : 1;
}

describe('the order', () => {
  const PATHS = ['100%_owl.png', 'cat_1.png', 'cat_10.png', 'Dog_3.png', 'dog_2.png', 'dog_4.png', '猫.png'];

  test.each<[SampleQuery, string[]]>([
    [{}, PATHS],
    [{ descending: true }, PATHS.toReversed()],
    [
      { order: 'bytes' },
      ['Dog_3.png', 'dog_4.png', 'cat_10.png', 'cat_1.png', 'dog_2.png', '100%_owl.png', '猫.png'],
    ],
    [{ order: 'pixels', descending: true, className: 'cat' }, ['cat_1.png', 'cat_10.png']],
  ])('%j', (query, expected) => {
    const { store } = openStore();
    expect(names(store, query)).toEqual(expected);
  });

  test('of classes is that of their names, whatever came first; the unlabelled come last both ways', () => {
    const { store } = openStore();
    const classes = (descending: boolean) =>
      store.samples
        .page('pets', { order: 'class', descending }, null, ALL)
        .samples.map(({ className }) => className);
    expect(classes(false)).toEqual(['cat', 'cat', 'dog', 'dog', 'dog', 'owl', null]);
    expect(classes(true)).toEqual(['owl', 'dog', 'dog', 'dog', 'cat', 'cat', null]);
  });

  test('of predictions ends with what was not predicted', async () => {
    const { store, ids } = openStore();
    await predict(store, ids);
    const sorted = (query: SampleQuery) => names(store, query).slice(0, 4);
    expect(sorted({ order: 'confidence' })).toEqual(['猫.png', 'dog_2.png', 'Dog_3.png', 'cat_1.png']);
    expect(sorted({ order: 'confidence', descending: true })[0]).toBe('cat_1.png');
    expect(sorted({ order: 'uncertainty', descending: true })[0]).toBe('猫.png');
    expect(names(store, { order: 'uncertainty' })).toHaveLength(7);
  });
});

describe('a page', () => {
  test('is a part of the list, with all that is shown of a sample', async () => {
    const { store, ids } = openStore();
    await predict(store, ids);
    const { total, samples } = store.samples.page('pets', {}, null, { offset: 1, limit: 1 });
    expect(total).toBe(7);
    expect(samples).toMatchObject([
      {
        ...{
          id: ids['cat_1.png'],
          path: '/pets/a/cat_1.png',
          bytes: 300,
          width: 9,
          height: 9,
          format: 'png',
        },
        ...{ className: 'cat', split: 'train', excluded: false, flagged: false, conflict: true },
        prediction: { className: 'cat', confidence: 1, uncertainty: 0 },
      },
    ]);
    const next = store.samples.page('pets', {}, null, { offset: 2, limit: 2 }).samples;
    expect(next.map(({ path }) => basename(path))).toEqual(['cat_10.png', 'Dog_3.png']);
    expect(next.map(({ prediction }) => prediction?.confidence ?? null)).toEqual([null, 0.75]);
    expect(store.samples.page('pets', {}, null, { offset: 7, limit: 2 }).samples).toEqual([]);
  });

  test('follows every change', () => {
    const { store, ids } = openStore();
    const unlabelled = () => store.samples.page('pets', { className: null }, null, ALL).total;
    expect(unlabelled()).toBe(1);
    store.edit('pets', { samples: [ids['cat_1.png']!], change: { label: null }, who: 'Ada' });
    expect(unlabelled()).toBe(2);
    store.undo('pets', 'Ada');
    expect(unlabelled()).toBe(1);
    store.addSamples('pets', [sample('/pets/new.png', null, 9)]);
    expect(unlabelled()).toBe(2);
  });

  test('calls a predicted class as it is called now', async () => {
    const { store, ids } = openStore();
    await predict(store, ids);
    store.editClasses('pets', { rename: 'cat', to: 'kitten' }, 'Ada');
    const [first] = store.samples.page('pets', { predicted: 'kitten' }, null, ALL).samples;
    expect(first!.prediction!.className).toBe('kitten');
  });
});

describe('counts', () => {
  test('of classes, splits, marks and copies', () => {
    const { store, ids } = openStore();
    store.edit('pets', { samples: [ids['cat_10.png']!], change: { excluded: true }, who: 'Ada' });
    store.editClasses('pets', { add: 'yak' }, 'Ada');
    const none = { train: 0, validation: 0, test: 0, none: 0 };
    expect(store.samples.counts('pets')).toEqual({
      ...{ root: '/pets/', samples: 7, excluded: 1, flagged: 0, duplicates: 4, conflicts: 2 },
      classes: [
        { name: 'cat', samples: 2, excluded: 1, splits: { ...none, train: 1 } },
        { name: 'dog', samples: 3, excluded: 0, splits: { train: 0, validation: 1, test: 1, none: 1 } },
        { name: 'owl', samples: 1, excluded: 0, splits: { ...none, none: 1 } },
        { name: 'yak', samples: 0, excluded: 0, splits: none },
        { name: null, samples: 1, excluded: 0, splits: { ...none, none: 1 } },
      ],
      splits: { train: 2, validation: 1, test: 1, none: 3 },
    });
  });

  test('of predictions, by the labels of now', async () => {
    const { store, ids } = openStore();
    expect(store.samples.outcomes('pets', null)).toMatchObject({ right: 0, wrong: 0, predicted: [] });
    await predict(store, ids);
    expect(store.samples.outcomes('pets', null)).toMatchObject({
      ...{ evaluation: { run: 'first', epoch: 1 }, right: 2, wrong: 1 },
      predicted: [
        { name: 'cat', samples: 3 },
        { name: 'dog', samples: 1 },
      ],
    });
  });

  test('a single sample, or none at all', () => {
    const store = LabStore.open(temporaryFolder());
    onTestFinished(() => store.close());
    store.addSamples('one', [sample('/pets/猫/1.png', 'cat', 1)]);
    store.addSamples('none', []);
    expect(store.samples.counts('one').root).toBe('/pets/猫/');
    expect(store.samples.counts('none')).toMatchObject({ root: '', samples: 0, classes: [] });
  });
});

describe('one sample in detail', () => {
  test('copies, history and predictions', async () => {
    const { store, ids } = openStore();
    await predict(store, ids);
    const id = ids['dog_2.png']!;
    store.edit('pets', { samples: [id, ids['cat_10.png']!], change: { label: 'owl' }, who: 'Ada' });
    const detail = store.samples.detail(id);
    expect(detail).toMatchObject({
      id,
      dataset: 'pets',
      className: 'owl',
      givenSplit: 'validation',
      bytes: 300,
    });
    expect(detail.copies.map(({ path, className }) => [path, className])).toEqual([
      ['/pets/a/cat_1.png', 'cat'],
    ]);
    expect(detail.events).toMatchObject([{ sample: id, who: 'Ada', from: 'dog', to: 'owl' }]);
    expect(detail.predictions).toMatchObject([
      {
        ...{ evaluation: { run: 'first', epoch: 1 }, split: 'none' },
        classes: [
          { name: 'cat', probability: 0.75 },
          { name: 'dog', probability: 0.25 },
        ],
      },
    ]);
  });

  test('one that is not there', () => {
    const { store } = openStore();
    expect(labErrorOf(() => store.samples.detail(999))).toEqual({
      code: 'SAMPLE_NOT_FOUND',
      message: 'The lab has no sample 999.',
      hint: 'It may have been removed with its data set; look at the data set again.',
    });
  });
});
