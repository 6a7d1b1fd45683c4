import { expect, test } from 'vitest';
import { LabStore } from '../../../src-main/data/store/index.ts';
import { trainableRows } from '../../../src-main/data/trainable.ts';
import { temporaryFolder } from '../temporary.ts';
import { sample } from './samples.ts';

test('are those of a training, numbered as it numbers them, also after a change', () => {
  using store = LabStore.open(temporaryFolder());
  store.addSamples('pets', [
    sample('/pets/cat/10.png', 'cat', 1, 'train'),
    sample('/pets/cat/9.png', 'cat', 2, 'validation'),
    sample('/pets/dog/1.png', 'dog', 3),
    sample('/pets/owl/1.png', 'owl', 4, 'train'),
    // Copies that are labelled differently, and one without a label.
    sample('/pets/cat/11.png', 'cat', 5, 'train'),
    sample('/pets/dog/2.png', 'dog', 5, 'train'),
    sample('/pets/x.png', null, 6),
  ]);
  const same = (): void => {
    const { ids, train, classes } = store.training.ids('pets');
    const { rows, classes: expected } = trainableRows(store, 'pets');
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(classes).toEqual(expected);
    const isTrain = rows.map(({ split }) => (split ?? 'train') === 'train');
    expect([...train]).toEqual([...rows.keys()].filter((row) => isTrain[row]));
  };
  same();
  const [first] = store.training.ids('pets').ids;
  expect(store.training.ids('pets').ids).toBe(store.training.ids('pets').ids);
  expect(store.training.read([first!])[0]).toMatchObject({ path: '/pets/cat/9.png', className: 'cat' });
  const owl = store.training.find('pets', ['/pets/owl/1.png', '/pets/owl/2.png']);
  expect(owl).toEqual([expect.any(Number), undefined]);
  expect(store.training.find('none', ['/pets/owl/1.png'])).toEqual([undefined]);
  store.edit('pets', { samples: [owl[0]!], change: { excluded: true }, who: 'user', createClass: false });
  same();
  expect(store.training.ids('pets').classes).toEqual(['cat', 'dog']);
});
