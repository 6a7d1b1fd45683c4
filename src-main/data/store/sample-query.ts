/** Which samples, in which order: a query becomes the list of their ids, by one statement. */
import type { SQLInputValue } from 'node:sqlite';
import type { Database } from './database.ts';
import type { KeptEvaluation } from './predictions.ts';
import type { Split } from './types.ts';

/** What samples can be sorted by. */
export type SampleOrder = 'path' | 'class' | 'bytes' | 'pixels' | 'confidence' | 'uncertainty';

/** Samples that fit every field that is given, sorted. */
export interface SampleQuery {
  /** Null for unlabelled ones. */
  readonly className?: string | null | undefined;
  /** Null for those in no split. */
  readonly split?: Split | null | undefined;
  readonly excluded?: boolean | undefined;
  readonly flagged?: boolean | undefined;
  /** Whether another sample has the same bytes and a different label. */
  readonly conflict?: boolean | undefined;
  /** Whether another sample has the same bytes. */
  readonly duplicate?: boolean | undefined;
  /** Part of the path below the folder that holds all samples, in capitals or not. */
  readonly text?: string | undefined;
  /** The class that the network took it for. */
  readonly predicted?: string | undefined;
  /** Whether the prediction is the label; of labelled samples with a prediction only. */
  readonly right?: boolean | undefined;
  /** Entropy of the prediction as a share of that of a blind guess, from 0 to 1. */
  readonly minUncertainty?: number | undefined;
  /** What samples lack comes last; equal ones come as they were added. `path` unless given. */
  readonly order?: SampleOrder | undefined;
  readonly descending?: boolean | undefined;
}

/** The folder that holds all samples of a data set, with its separator at the end; empty where there is none. */
export function commonFolder(database: Database, datasetId: number): string {
  const end = (direction: 'ASC' | 'DESC'): string => {
    const row = database.get(
      `SELECT path_key FROM samples WHERE dataset_id = ? ORDER BY sort_key ${direction} LIMIT 1`,
      datasetId,
    );
    return String(row?.['path_key'] ?? '');
  };
  const [first, last] = [end('ASC'), end('DESC')];
  let at = 0;
  while (at < first.length && first[at] === last[at]) at++;
  return /^.*[/\\]/s.exec(first.slice(0, at))?.[0] ?? '';
}

/** The greatest entropy of a prediction over so many classes, in nats. */
export function greatestEntropy(classes: number): number {
  return Math.log(Math.max(2, classes));
}

/** The ids of a data set's samples that fit, in the query's order. `evaluation` is what predictions are taken from. */
export function listSampleIds(
  database: Database,
  datasetId: number,
  query: SampleQuery,
  evaluation: KeptEvaluation | undefined,
): number[] {
  const sql = new Statement(database, datasetId, query, evaluation);
  // One text is read several times as fast as a row for each id.
  const row = database.get(`SELECT json_group_array(id) AS ids FROM (${sql.text})`, ...sql.values);
  return JSON.parse(String(row!['ids'])) as number[];
}

/** Contents that several samples of the data set have. */
const COPIES = 'SELECT content_id FROM samples WHERE dataset_id = ? GROUP BY content_id HAVING count(*) > 1';

/** Contents among {@link COPIES} whose labelled, not excluded samples do not all have the same class. */
const CONFLICTS = `
  SELECT content_id FROM samples
  WHERE dataset_id = ? AND content_id IN copies AND excluded = 0 AND class_id IS NOT NULL
  GROUP BY content_id HAVING min(class_id) <> max(class_id)`;

class Statement {
  readonly #query: SampleQuery;
  readonly #evaluation: KeptEvaluation | undefined;
  readonly #with: string[] = [];
  readonly #joins: string[] = [];
  readonly #where: string[] = [];
  /** In the order of the text: those of each part. */
  readonly #values: Record<'with' | 'joins' | 'where', SQLInputValue[]> = { with: [], joins: [], where: [] };
  readonly #order: string;

  constructor(
    database: Database,
    datasetId: number,
    query: SampleQuery,
    evaluation: KeptEvaluation | undefined,
  ) {
    this.#query = query;
    this.#evaluation = evaluation;
    this.#is('s.dataset_id = ?', datasetId);
    this.#labels(datasetId);
    this.#copies(datasetId);
    if (query.text !== undefined) {
      const root = [...commonFolder(database, datasetId)].length;
      const pattern = query.text.normalize('NFC').replace(/[\\%_]/g, '\\$&');
      this.#is("substr(s.path_key, ?) LIKE ? ESCAPE '\\'", root + 1, `%${pattern}%`);
    }
    this.#predictions(datasetId);
    this.#order = this.#ordered();
  }

  get text(): string {
    const definitions = this.#with.length === 0 ? '' : `WITH ${this.#with.join(', ')} `;
    const from = `samples s ${this.#joins.join(' ')}`;
    return `${definitions}SELECT s.id FROM ${from} WHERE ${this.#where.join(' AND ')} ORDER BY ${this.#order}`;
  }

  get values(): SQLInputValue[] {
    return [...this.#values.with, ...this.#values.joins, ...this.#values.where];
  }

  #is(condition: string, ...values: SQLInputValue[]): void {
    this.#where.push(condition);
    this.#values.where.push(...values);
  }

  #labels(datasetId: number): void {
    const { className, split, excluded, flagged } = this.#query;
    if (className === null) this.#is('s.class_id IS NULL');
    else if (className !== undefined)
      this.#is(`s.class_id = ${CLASS}`, datasetId, className.normalize('NFC'));
    if (split !== undefined) this.#is('s.split IS ?', split);
    if (excluded !== undefined) this.#is('s.excluded = ?', Number(excluded));
    if (flagged !== undefined) this.#is('s.flagged = ?', Number(flagged));
  }

  #copies(datasetId: number): void {
    const { conflict, duplicate } = this.#query;
    if (conflict === undefined && duplicate === undefined) return;
    this.#with.push(`copies AS MATERIALIZED (${COPIES})`);
    this.#values.with.push(datasetId);
    if (duplicate !== undefined) this.#is(`s.content_id ${duplicate ? 'IN' : 'NOT IN'} copies`);
    if (conflict === undefined) return;
    this.#with.push(`conflicts AS MATERIALIZED (${CONFLICTS})`);
    this.#values.with.push(datasetId);
    const differs = '(s.excluded = 0 AND s.class_id IS NOT NULL AND s.content_id IN conflicts)';
    this.#is(conflict ? differs : `NOT ${differs}`);
  }

  #predictions(datasetId: number): void {
    const { predicted, right, minUncertainty = 0, order } = this.#query;
    const isFilter = predicted !== undefined || right !== undefined || minUncertainty > 0;
    if (!isFilter && order !== 'confidence' && order !== 'uncertainty') return;
    this.#joins.push(
      `${isFilter ? 'CROSS' : 'LEFT'} JOIN predictions p ON p.evaluation_id = ? AND p.sample_id = s.id`,
    );
    // There is no evaluation 0, so that without one nothing is predicted.
    this.#values.joins.push(this.#evaluation?.id ?? 0);
    if (predicted !== undefined) this.#is(`p.class_id = ${CLASS}`, datasetId, predicted.normalize('NFC'));
    if (right === true) this.#is('p.class_id = s.class_id');
    if (right === false) this.#is('s.class_id IS NOT NULL AND p.class_id IS NOT s.class_id');
    if (minUncertainty > 0) {
      this.#is('p.entropy >= ?', minUncertainty * greatestEntropy(this.#evaluation?.classes.length ?? 2));
    }
  }

  #ordered(): string {
    const { order = 'path', descending = false } = this.#query;
    const direction = descending ? 'DESC' : 'ASC';
    if (order === 'path') return `s.sort_key ${direction}, s.path_key ${direction}`;
    if (order === 'class') this.#joins.push('LEFT JOIN classes k ON k.id = s.class_id');
    if (order === 'bytes' || order === 'pixels') {
      // From samples to contents: the other way round, each content's samples would have to be searched.
      this.#joins.push('CROSS JOIN contents c ON c.id = s.content_id');
    }
    return `${ORDERS[order]} ${direction} NULLS LAST, s.id`;
  }
}

/** The class of a data set by its name in NFC. */
const CLASS = '(SELECT id FROM classes WHERE dataset_id = ? AND name_key = ?)';

const ORDERS: Readonly<Record<Exclude<SampleOrder, 'path'>, string>> = {
  class: 'k.name_key',
  bytes: 'c.size',
  pixels: 'c.width * c.height',
  confidence: 'p.confidence',
  uncertainty: 'p.entropy',
};
