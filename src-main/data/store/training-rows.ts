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
}

/** See the file. */
export class TrainingRows {
  readonly #database: Database;
  readonly #folder: string;

  constructor(database: Database, labFolder: string) {
    this.#database = database;
    this.#folder = labFolder;
  }

  /** Every sample that can be trained on. @throws LabError `DATASET_NOT_FOUND` */
  ids(dataset: string): TrainingIds {
    const { id } = findDataset(this.#database, dataset);
    // One text, since a hundred thousand rows take four times as long.
    const row = this.#database.get(
      `SELECT json_group_array(id) AS ids, json_group_array(train) AS train FROM
         (SELECT id, coalesce(split, 'train') = 'train' AS train FROM samples WHERE ${TRAINABLE}
          ORDER BY sort_key, path_key)`,
      id,
    )!;
    const isTrain = JSON.parse(String(row['train'])) as number[];
    return {
      ids: JSON.parse(String(row['ids'])) as number[],
      train: Uint32Array.from(isTrain.flatMap((yes, number) => (yes === 1 ? [number] : []))),
    };
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
}
