/** The rows that a training of a data set would have, without reading all of what is known of them. */
import { naturalKey } from '../natural-order.ts';
import type { Database } from './database.ts';
import { findDataset } from './datasets.ts';
import { type ListedSample, readSamples } from './listed-samples.ts';
import { TRAINABLE } from './trainable-counts.ts';

/** Samples that can be trained on, in the order that a training numbers them. */
export interface TrainingIds {
  readonly ids: readonly number[];
  /** Numbers among the ids of those in the training split, or in none; rising. */
  readonly train: Uint32Array;
  /** In code-point order. */
  readonly classes: readonly string[];
}

/** See the file. The rows of the data set asked for last are kept while nothing changes. */
export class TrainingRows {
  readonly #database: Database;
  readonly #folder: string;
  #kept: { readonly key: string; readonly rows: TrainingIds } | undefined;

  constructor(database: Database, labFolder: string) {
    this.#database = database;
    this.#folder = labFolder;
  }

  /** Every sample that can be trained on. @throws LabError `DATASET_NOT_FOUND` */
  ids(dataset: string): TrainingIds {
    // One process writes, over one connection: rows that it changed are all that can change the list.
    const key = JSON.stringify([dataset, this.#database.count('SELECT total_changes()')]);
    if (this.#kept?.key !== key) this.#kept = { key, rows: this.#read(dataset) };
    return this.#kept.rows;
  }

  /** Samples by their ids, in that order. */
  read(ids: readonly number[]): ListedSample[] {
    return readSamples(this.#database, this.#folder, ids);
  }

  /** The ids of samples by their paths; undefined for those that the data set does not have. */
  find(dataset: string, paths: readonly string[]): (number | undefined)[] {
    const row = this.#database.get('SELECT id FROM datasets WHERE name_key = ?', dataset.normalize('NFC'));
    return paths.map((path) => {
      const key = path.normalize('NFC');
      const found = this.#database.get(
        'SELECT id FROM samples WHERE dataset_id = ? AND sort_key = ? AND path_key = ?',
        ...[row?.['id'] ?? 0, naturalKey(key.replaceAll('\\', '/')), key],
      );
      return found && Number(found['id']);
    });
  }

  #read(dataset: string): TrainingIds {
    const { id } = findDataset(this.#database, dataset);
    // Lists as texts, since a hundred thousand rows take four times as long.
    const lists = this.#database.get(
      `SELECT json_group_array(id) AS ids, json_group_array(class_id) AS classes, json_group_array(train) AS train
       FROM (SELECT id, class_id, coalesce(split, 'train') = 'train' AS train FROM samples WHERE ${TRAINABLE}
             ORDER BY sort_key, path_key)`,
      id,
    )!;
    const list = (name: string): number[] => JSON.parse(String(lists[name])) as number[];
    const used = new Set(list('classes'));
    return {
      ids: list('ids'),
      train: Uint32Array.from(list('train').flatMap((yes, number) => (yes === 1 ? [number] : []))),
      classes: this.#database
        .all('SELECT id, name FROM classes WHERE dataset_id = ? ORDER BY name_key', id)
        .filter((row) => used.has(Number(row['id'])))
        .map((row) => String(row['name'])),
    };
  }
}
