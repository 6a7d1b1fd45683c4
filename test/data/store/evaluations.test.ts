/** What is kept of runs' predictions, and how it follows the labels. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LabStore, type SeenIn } from '../../../src-main/data/store/index.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { sample } from './samples.ts';

const CLASSES = ['cat', 'dog', 'owl'];
const FIRST = { dataset: 'pets', run: 'first', epoch: 2 };
const PAGE = { split: null, order: 'loss', offset: 0, limit: 10 } as const;

/** Three cats, two dogs, an owl, and one that nobody has labelled. */
const LABELS = ['cat', 'cat', 'cat', 'dog', 'dog', 'owl', null];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openStore(): { store: LabStore; ids: number[] } {
  const store = LabStore.open(makeFolder());
  onTestFinished(() => store.close());
  return { store, ids: fill(store) };
}

function fill(store: LabStore): number[] {
  const samples = LABELS.map((label, index) => sample(`/pets/${index}.png`, label, index));
  store.addSamples('pets', samples);
  return store.rows('pets').map(({ id }) => id);
}

/** Probabilities by sample; the first three samples are of the training split, the last of none. */
async function keep(
  store: LabStore,
  probabilities: readonly (readonly number[])[],
  { run, epoch } = FIRST,
): Promise<void> {
  const writer = store.evaluations.write({
    dataset: 'pets',
    run,
    classes: CLASSES,
    trainedAt: new Date().toISOString(),
  });
  const ids = store.rows('pets').map(({ id }) => id);
  writer.add(
    probabilities.map((values, index) => ({
      sample: ids[index]!,
      split: (index < 3 ? 'train' : index < 6 ? 'validation' : 'none') satisfies SeenIn,
      probabilities: Float32Array.from(values),
    })),
  );
  await writer.finish(epoch);
}

const PROBABILITIES = [
  [0.5, 0.25, 0.25],
  [0.125, 0.75, 0.125],
  [1, 0, 0],
  [0, 1, 0],
  [0.75, 0.125, 0.125],
  [0.25, 0.25, 0.5],
  [0.25, 0.5, 0.25],
];

/** The matrix as text: `label>predicted: count`. */
async function matrix(store: LabStore, split: SeenIn | null = null, key = FIRST): Promise<string[]> {
  const { cells, outputs } = await store.evaluations.cells(key, split);
  return cells.map(({ label, output, count }) => `${label}>${outputs[output]}: ${count}`);
}

test('the confusion matrix follows labels, exclusion and undo', async () => {
  const { store, ids } = openStore();
  await keep(store, PROBABILITIES);
  const before = ['cat>cat: 2', 'cat>dog: 1', 'dog>cat: 1', 'dog>dog: 1', 'owl>owl: 1'];
  expect(await matrix(store)).toEqual(before);
  expect(await matrix(store, 'train')).toEqual(['cat>cat: 2', 'cat>dog: 1']);
  store.edit('pets', { samples: [ids[1]!], change: { label: 'dog' }, who: 'me' });
  store.edit('pets', { samples: [ids[5]!], change: { excluded: true }, who: 'me' });
  store.edit('pets', { samples: [ids[6]!], change: { label: 'owl' }, who: 'me' });
  expect(await matrix(store)).toEqual(['cat>cat: 2', 'dog>cat: 1', 'dog>dog: 2', 'owl>dog: 1']);
  expect((await store.evaluations.cells(FIRST, null)).leftOut).toEqual({ excluded: 1, unlabelled: 0 });
  for (let edit = 0; edit < 3; edit++) store.undo('pets', 'me');
  expect(await matrix(store)).toEqual(before);
  expect((await store.evaluations.cells(FIRST, null)).leftOut).toEqual({ excluded: 0, unlabelled: 1 });
});

test('losses and the five most probable classes are those of the label of now', async () => {
  const { store, ids } = openStore();
  await keep(store, PROBABILITIES);
  const cell = async () =>
    (await store.evaluations.cells(FIRST, null)).cells.find(({ label }) => label === 'owl')!;
  expect(await cell()).toMatchObject({ count: 1, topFive: 1, loss: Math.log(2) });
  // Of a probability of 0 the loss is that of the least one there is.
  store.edit('pets', { samples: [ids[3]!], change: { label: 'owl' }, who: 'me' });
  const cells = (await store.evaluations.cells(FIRST, 'validation')).cells;
  expect(cells.find(({ label, output }) => label === 'owl' && output === 1)!.loss).toBeCloseTo(103.28, 2);
});

test('samples of a cell, the worst losses and the least sure ones come in pages', async () => {
  const { store, ids } = openStore();
  await keep(store, PROBABILITIES);
  const cats = await store.evaluations.samples(FIRST, {
    ...PAGE,
    order: 'confidence',
    label: 'cat',
    predicted: 'cat',
  });
  expect(cats.total).toBe(2);
  expect(cats.samples.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  expect(cats.samples[1]).toEqual({
    ...{ id: ids[0], path: '/pets/0.png', sha256: '0'.repeat(64), width: 4, height: 3 },
    ...{ flagged: false, label: 'cat', seenIn: 'train', predicted: 'cat', loss: Math.log(2) },
    ranked: [
      { class: 'cat', probability: 0.5 },
      { class: 'dog', probability: 0.25 },
      { class: 'owl', probability: 0.25 },
    ],
  });
  const worst = await store.evaluations.samples(FIRST, { ...PAGE, offset: 1, limit: 2 });
  expect(worst).toMatchObject({ total: 6, samples: [{ id: ids[4] }, { id: ids[0] }] });
  const doubtful = await store.evaluations.samples(FIRST, { ...PAGE, order: 'doubt', label: null });
  expect(doubtful).toMatchObject({ total: 1, samples: [{ id: ids[6], label: null, loss: null }] });
  const wrong = await store.evaluations.samples(FIRST, { ...PAGE, right: false, split: 'validation' });
  expect(wrong.samples.map(({ id }) => id)).toEqual([ids[4]]);
});

test('two runs are compared sample by sample', async () => {
  const { store, ids } = openStore();
  await keep(store, PROBABILITIES);
  const second = { ...FIRST, run: 'second' };
  const others = [...PROBABILITIES];
  others[1] = [0.75, 0.25, 0];
  others[4] = [0.5, 0.25, 0.25];
  others[5] = [0.75, 0.25, 0];
  await keep(store, others, second);
  const comparison = { first: FIRST, second, split: null };
  expect(await store.evaluations.compare(comparison)).toEqual({
    ...{ fixed: 1, broken: 1, 'both-wrong': 1, 'both-right': 3 },
  });
  expect(await store.evaluations.compare({ ...comparison, split: 'validation' })).toEqual({
    ...{ fixed: 0, broken: 1, 'both-wrong': 1, 'both-right': 1 },
  });
  const page = { offset: 0, limit: 10 };
  expect(await store.evaluations.compared({ ...comparison, ...page, outcome: 'broken' })).toMatchObject([
    {
      id: ids[5],
      label: 'owl',
      first: { predicted: 'owl' },
      second: { predicted: 'cat', loss: expect.any(Number) },
    },
  ]);
  const right = await store.evaluations.compared({
    ...comparison,
    offset: 1,
    limit: 1,
    outcome: 'both-right',
  });
  expect(right.map(({ id }) => id)).toEqual([ids[3]]);
});

test('an evaluation replaces that of the same epoch once it is complete', async () => {
  const { store } = openStore();
  await keep(store, PROBABILITIES);
  const writer = store.evaluations.write({
    ...{ dataset: 'pets', run: 'first', classes: CLASSES, trainedAt: new Date().toISOString() },
  });
  const [first] = store.rows('pets');
  writer.add([{ sample: first!.id, split: 'test', probabilities: Float32Array.of(0, 0, 1) }]);
  expect(await store.evaluations.list('pets')).toMatchObject([
    { counts: { train: 3, validation: 3, none: 1 } },
  ]);
  expect(await matrix(store, 'test')).toEqual([]);
  await writer.finish(2);
  expect(await store.evaluations.list('pets')).toMatchObject([
    { run: 'first', epoch: 2, classes: CLASSES, counts: { train: 0, validation: 0, test: 1, none: 0 } },
  ]);
  expect(await matrix(store)).toEqual(['cat>owl: 1']);
  expect(store.database.count('SELECT count(*) FROM predictions')).toBe(1);
});

test('one that was discarded, or that a killed process left, is gone', async () => {
  const folder = makeFolder();
  const store = LabStore.open(folder);
  const ids = fill(store);
  const begin = () =>
    store.evaluations.write({
      ...{ dataset: 'pets', run: 'first', classes: CLASSES, trainedAt: new Date().toISOString() },
    });
  const prediction = { sample: ids[0]!, split: 'test', probabilities: Float32Array.of(1, 0, 0) } as const;
  const discarded = begin();
  discarded.add([prediction]);
  await discarded.discard();
  expect(store.database.count('SELECT count(*) FROM predictions')).toBe(0);
  // A page of predictions is added as a whole or not at all.
  const left = begin();
  expect(() => left.add([prediction, prediction])).toThrow(/UNIQUE/);
  left.add([prediction]);
  store.close();
  using again = LabStore.open(folder);
  expect(await again.evaluations.list('pets')).toEqual([]);
  expect(again.database.count('SELECT count(*) FROM predictions')).toBe(0);
  expect(again.database.count('SELECT count(*) FROM evaluations')).toBe(0);
});

test('classes that were renamed, or that the network does not know', async () => {
  const { store, ids } = openStore();
  await keep(store, PROBABILITIES);
  store.edit('pets', { samples: [ids[0]!], change: { label: 'eel' }, createClass: true, who: 'me' });
  store.editClasses('pets', { rename: 'owl', to: 'bird' }, 'me');
  expect(await matrix(store)).toEqual([
    'cat>cat: 1',
    'cat>dog: 1',
    'dog>cat: 1',
    'dog>dog: 1',
    'bird>bird: 1',
    'eel>cat: 1',
  ]);
  const [eel] = (await store.evaluations.samples(FIRST, { ...PAGE, label: 'eel' })).samples;
  expect(eel).toMatchObject({ label: 'eel', predicted: 'cat', loss: null });
  // The run was trained when the bird was an owl.
  const trainedAt = '2020-01-01T00:00:00.000Z';
  const writer = store.evaluations.write({ dataset: 'pets', run: 'old', classes: CLASSES, trainedAt });
  writer.add([{ sample: ids[5]!, split: 'test', probabilities: Float32Array.of(0, 0, 1) }]);
  await writer.finish(1);
  expect(await matrix(store, null, { dataset: 'pets', run: 'old', epoch: 1 })).toEqual(['bird>bird: 1']);
});

test('predictions of a picture that was replaced are forgotten', async () => {
  const { store } = openStore();
  await keep(store, PROBABILITIES);
  await matrix(store);
  store.addSamples('pets', [sample('/pets/5.png', null, 99)]);
  expect(await matrix(store)).toEqual(['cat>cat: 2', 'cat>dog: 1', 'dog>cat: 1', 'dog>dog: 1']);
  expect((await store.evaluations.samples(FIRST, { ...PAGE, label: 'owl' })).total).toBe(0);
});

test('many evaluations can be looked at in turn', async () => {
  const { store } = openStore();
  for (let epoch = 1; epoch <= 10; epoch++) await keep(store, PROBABILITIES, { ...FIRST, epoch });
  for (const epoch of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]) {
    expect(await matrix(store, 'train', { ...FIRST, epoch })).toEqual(['cat>cat: 2', 'cat>dog: 1']);
  }
  const tables = "SELECT count(*) FROM temp.sqlite_schema WHERE type = 'table'";
  expect(store.database.count(tables)).toBe(8);
  await store.evaluations.remove(FIRST);
  expect(await labErrorFrom(store.evaluations.cells(FIRST, null))).toEqual({
    code: 'EVALUATION_NOT_FOUND',
    message: 'Nothing is kept of what epoch 2 of the run first says about the data set "pets".',
    hint: 'Evaluate this epoch first.',
  });
});

test('names that nobody knows', async () => {
  const { store } = openStore();
  await keep(store, PROBABILITIES);
  expect(await labErrorFrom(store.evaluations.samples(FIRST, { ...PAGE, label: 'eel' }))).toMatchObject({
    code: 'CLASS_UNKNOWN',
    message: 'The data set "pets" has no class "eel": its classes are cat, dog, owl.',
  });
  expect(await labErrorFrom(store.evaluations.samples(FIRST, { ...PAGE, predicted: 'eel' }))).toMatchObject({
    code: 'CLASS_UNKNOWN',
    message: 'The run first has no class "eel": its classes are cat, dog, owl.',
  });
});
