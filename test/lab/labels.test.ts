/** Labelling, as a page does it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toLabError } from '../../src-shared/contract/errors.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import { sample } from '../data/store/samples.ts';

/** A cat, two dogs, of which the first is a copy of the cat, and three images without a label. */
function openPets(): { lab: Lab; client: LabClient; ids: number[]; told: () => number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-labels-'));
  const lab = new Lab({ folder, processHost: nodeHost });
  onTestFinished(async () => {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });
  lab.store.addSamples('pets', [
    ...[sample('/0.jpg', 'cat', 0), sample('/1.jpg', 'dog', 0), sample('/2.jpg', 'dog', 2)],
    ...[sample('/3.jpg', null, 3), sample('/4.jpg', null, 4), sample('/5.jpg', null, 5)],
  ]);
  let changes = 0;
  lab.changes.listen((change) => {
    expect(change).toEqual({ what: 'samples', dataset: 'pets' });
    changes++;
  });
  const ids = lab.store.rows('pets').map((row) => row.id);
  return { lab, client: createLabClient(lab), ids, told: () => changes };
}

const dataset = 'pets';

describe('classes', () => {
  test('are added, renamed, merged and removed, and every window is told', async () => {
    const { client, told } = openPets();
    expect(await client.labels.addClass({ dataset, name: 'bird' })).toEqual({ changed: 0 });
    expect(await client.labels.renameClass({ dataset, name: 'bird', to: 'wren' })).toEqual({ changed: 0 });
    expect(await client.labels.mergeClasses({ dataset, name: 'dog', into: 'wren' })).toEqual({ changed: 2 });
    expect(await client.labels.removeClass({ dataset, name: 'wren' })).toEqual({ changed: 2 });
    expect(told()).toBe(4);
    const { classes } = await client.samples.counts({ dataset });
    expect(classes.map(({ name, samples }) => [name, samples])).toEqual([
      ['cat', 1],
      [null, 5],
    ]);
  });

  test('errors arrive with their code and hint', async () => {
    const { client, told } = openPets();
    const error = await client.labels.renameClass({ dataset, name: 'cat', to: 'dog' }).catch(toLabError);
    expect(error).toMatchObject({ code: 'CLASS_EXISTS', hint: 'Merge the two classes instead.' });
    const empty = await client.labels.addClass({ dataset, name: '' }).catch(toLabError);
    expect(empty).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(told()).toBe(0);
  });
});

describe('what an undo would concern', () => {
  test('is said for every kind of edit', async () => {
    const { client, ids } = openPets();
    const label = (change: object, samples: number[]) =>
      client.datasets.label({ dataset, samples, change, createClass: true } as never);
    const seen: unknown[] = [];
    const note = async () => {
      const { undo } = await client.labels.edits({ dataset });
      seen.push([undo?.kind, undo?.samples, undo?.from, undo?.to]);
    };
    for (const step of [
      () => label({ label: 'bird' }, [ids[0]!, ids[1]!, ids[3]!, ids[4]!]),
      () => label({ label: null }, [ids[0]!]),
      () => label({ excluded: true }, [ids[1]!, ids[2]!]),
      () => label({ excluded: false }, [ids[1]!]),
      () => label({ flagged: true }, ids),
      () => label({ flagged: false }, ids.slice(1)),
      () => client.labels.addClass({ dataset, name: 'newt' }),
      () => client.labels.renameClass({ dataset, name: 'newt', to: 'frog' }),
      () => client.labels.mergeClasses({ dataset, name: 'bird', into: 'frog' }),
      () => client.labels.removeClass({ dataset, name: 'frog' }),
    ]) {
      await step();
      await note();
    }
    expect(seen).toEqual([
      ['label', 4, [null, 'cat', 'dog'], 'bird'],
      ['label', 1, ['bird'], null],
      ['exclude', 2, [], null],
      ['include', 1, [], null],
      ['flag', 6, [], null],
      ['unflag', 5, [], null],
      ['add-class', 0, [], 'newt'],
      ['rename-class', 0, ['newt'], 'frog'],
      ['merge-classes', 3, ['bird'], 'frog'],
      ['remove-class', 3, ['frog'], null],
    ]);
  });

  test('moves back and forth with undo and redo', async () => {
    const { client, ids, told } = openPets();
    expect(await client.labels.edits({ dataset })).toEqual({ undo: null, redo: null });
    expect(await client.labels.undo({ dataset })).toBeNull();
    await client.datasets.label({ dataset, samples: [ids[3]!], change: { label: 'cat' }, who: 'Ada' });
    const when = expect.stringMatching(/Z$/) as string;
    const edit = {
      operation: 1,
      kind: 'label',
      who: 'Ada',
      when,
      samples: 1,
      first: ids[3],
      from: [null],
      to: 'cat',
    };
    expect(await client.labels.edits({ dataset })).toEqual({ undo: edit, redo: null });
    expect(await client.labels.undo({ dataset })).toEqual(edit);
    expect(await client.labels.edits({ dataset })).toEqual({ undo: null, redo: edit });
    expect(await client.labels.redo({ dataset })).toEqual(edit);
    expect(await client.labels.redo({ dataset })).toBeNull();
    expect(told()).toBe(3);
  });
});

describe('a queue', () => {
  test('shows what is asked for, without the excluded', async () => {
    const { client, ids } = openPets();
    await client.datasets.label({ dataset, samples: [ids[2]!, ids[5]!], change: { excluded: true } });
    await client.datasets.label({ dataset, samples: [ids[4]!, ids[5]!], change: { flagged: true } });
    const queue = async (show: string, className: string | null = null) =>
      (await client.labels.queue({ dataset, show, className } as never)).ids.map((id) => ids.indexOf(id));
    expect(await queue('unlabelled')).toEqual([3, 4]);
    expect(await queue('all')).toEqual([0, 1, 3, 4]);
    expect(await queue('class', 'dog')).toEqual([1]);
    expect(await queue('class', 'wolf')).toEqual([]);
    expect(await queue('flagged')).toEqual([4, 5]);
    expect(await queue('conflicts')).toEqual([0, 1]);
  });

  test('begins with what the latest evaluation is least sure of', async () => {
    const { lab, client, ids } = openPets();
    const uncertain = { dataset, show: 'all', uncertainFirst: true } as const;
    expect(await client.labels.queue(uncertain)).toEqual({ ids, evaluation: null });
    const { database } = lab.store;
    const predict = (epoch: number, entropies: readonly [at: number, entropy: number][]) => {
      const { id } = database.run(
        `INSERT INTO evaluations (dataset_id, run, epoch, classes, at) VALUES (1, 'r', ?, '["cat","dog"]', ?)`,
        ...[epoch, `2026-01-0${epoch}`],
      );
      for (const [at, entropy] of entropies) {
        database.run(
          `INSERT INTO predictions (evaluation_id, sample_id, split, predicted, class_id, confidence, entropy, probabilities)
           VALUES (?, ?, 'none', 0, 1, 0.75, ?, x'0000403f0000803e')`,
          ...[id, ids[at]!, entropy],
        );
      }
    };
    predict(1, [[0, 0.6]]);
    predict(2, [
      [1, 0.2],
      [3, 0.6],
      [4, 0.4],
    ]);
    const { ids: ordered, evaluation } = await client.labels.queue(uncertain);
    expect(ordered.map((id) => ids.indexOf(id))).toEqual([3, 4, 1, 0, 2, 5]);
    expect(evaluation).toMatchObject({ run: 'r', epoch: 2 });
    const unlabelled = await client.labels.queue({ ...uncertain, show: 'unlabelled' });
    expect(unlabelled.ids.map((id) => ids.indexOf(id))).toEqual([3, 4, 5]);

    const [first, second] = await client.labels.samples({ dataset, ids: [ids[3]!, ids[0]!] });
    expect(first).toMatchObject({ id: ids[3], prediction: { className: 'cat', confidence: 0.75 } });
    expect(second).toMatchObject({ id: ids[0], className: 'cat', conflict: true, prediction: null });
  });

  test('keeps its places while labels change: its samples are read by their ids', async () => {
    const { client } = openPets();
    const { ids } = await client.labels.queue({ dataset });
    await client.datasets.label({ dataset, samples: [ids[0]!], change: { label: 'cat' } });
    const samples = await client.labels.samples({ dataset, ids: [...ids, 99] });
    expect(samples.map(({ id, className }) => [id, className])).toEqual([
      [ids[0], 'cat'],
      [ids[1], null],
      [ids[2], null],
    ]);
    expect((await client.labels.queue({ dataset })).ids).toEqual(ids.slice(1));
  });
});
