/** Questions to kept evaluations, answered by the labels of now. Excluded samples are left out. */
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../src-shared/errors.ts';
import { contentPath } from './contents.ts';
import type { Database, Row } from './database.ts';
import { requireClass } from './classes.ts';
import { findDataset } from './datasets.ts';
import {
  type Cells,
  type Comparison,
  type JudgedSample,
  type Outcome,
  OUTCOMES,
  type SampleFile,
  type ScoreFilter,
  type Verdict,
} from './evaluation-types.ts';
import {
  countPredictions,
  type EvaluationKey,
  EvaluationWriter,
  findEvaluation,
  type KeptEvaluation,
  listEvaluations,
  type NewEvaluation,
  removeEvaluation,
  type SeenIn,
} from './predictions.ts';
import { Scores, type ScoreTable } from './scores.ts';
import { SPLITS } from './types.ts';

const ORDERS = { confidence: 'confidence DESC', doubt: 'confidence', loss: 'loss DESC' } as const;

const CONDITIONS: Readonly<Record<Outcome, string>> = {
  fixed: 'a.rank IS NOT 0 AND b.rank IS 0',
  broken: 'a.rank IS 0 AND b.rank IS NOT 0',
  'both-wrong': 'a.rank IS NOT 0 AND b.rank IS NOT 0',
  'both-right': 'a.rank IS 0 AND b.rank IS 0',
};

interface Scored {
  readonly evaluation: KeptEvaluation;
  readonly table: ScoreTable;
  readonly outputs: readonly string[];
}

/** The evaluations of a lab. */
export class Evaluations {
  readonly #database: Database;
  readonly #labFolder: string;
  readonly #scores: Scores;
  readonly #counts = new Map<number, Record<SeenIn, number>>();

  constructor(database: Database, labFolder: string) {
    this.#database = database;
    this.#labFolder = labFolder;
    this.#scores = new Scores(database);
  }

  /** Every evaluation of a data set, the latest first, with how many samples of each split it has. */
  async list(dataset: string): Promise<(KeptEvaluation & { readonly counts: Record<SeenIn, number> })[]> {
    const result = [];
    for (const evaluation of listEvaluations(this.#database, dataset)) {
      const { id } = evaluation;
      if (!this.#counts.has(id)) {
        this.#counts.set(id, countPredictions(this.#database, id));
        await setImmediate();
      }
      result.push({ ...evaluation, counts: this.#counts.get(id)! });
    }
    return result;
  }

  /** Files of the samples of a data set whose ids follow one, by rising id: what a run is to be shown. */
  files(dataset: string, { after, limit }: { readonly after: number; readonly limit: number }): SampleFile[] {
    const rows = this.#database.all(
      `SELECT s.id, coalesce(s.path, s.path_key) AS path, lower(hex(c.sha256)) AS sha256, c.stored, s.excluded
       FROM samples s JOIN contents c ON c.id = s.content_id
       WHERE +s.dataset_id = ? AND s.id > ? ORDER BY s.id LIMIT ?`,
      ...[findDataset(this.#database, dataset).id, after, limit],
    );
    return rows.map((row) => {
      const [path, sha256] = [String(row['path']), String(row['sha256'])];
      const file =
        row['stored'] === null ? path : contentPath(this.#labFolder, sha256, String(row['stored']));
      return { id: Number(row['id']), path, file, sha256, excluded: row['excluded'] === 1 };
    });
  }

  /** Begins an evaluation. */
  write(evaluation: NewEvaluation): EvaluationWriter {
    return new EvaluationWriter(this.#database, evaluation);
  }

  /** Removes an evaluation. @throws LabError `EVALUATION_NOT_FOUND` */
  async remove(key: EvaluationKey): Promise<void> {
    await removeEvaluation(this.#database, findEvaluation(this.#database, key).id);
  }

  /** The confusion matrix. @throws LabError `EVALUATION_NOT_FOUND` */
  async cells(key: EvaluationKey, split: SeenIn | null): Promise<Cells> {
    const { evaluation, table, outputs } = await this.#scored(key);
    const names = this.#names(evaluation);
    // Grouped in the order of the index; what a split does not have costs nothing.
    const cells = this.#database.all(
      `SELECT label, output, sum(count) AS count, sum(loss) AS loss, sum(top_five) AS top_five FROM
         (SELECT label, output, count(*) AS count, total(loss) AS loss, count(*) FILTER (WHERE rank < 5) AS top_five
          FROM ${table.name} WHERE excluded = 0 AND ${inSplit(split)} AND label IS NOT NULL
          GROUP BY split, label, output)
       GROUP BY label, output`,
    );
    const count = (condition: string): number =>
      this.#database.count(`SELECT count(*) FROM ${table.name} WHERE ${condition} AND ${inSplit(split)}`);
    return {
      evaluation,
      outputs,
      cells: cells.map((row) => ({
        label: names.get(Number(row['label']))!,
        output: Number(row['output']),
        count: Number(row['count']),
        loss: Number(row['loss']),
        topFive: Number(row['top_five']),
      })),
      leftOut: { excluded: count('excluded = 1'), unlabelled: count('excluded = 0 AND label IS NULL') },
    };
  }

  /**
   * A page of samples, and how many there are.
   *
   * @throws LabError `EVALUATION_NOT_FOUND`, `CLASS_UNKNOWN`
   */
  async samples(
    key: EvaluationKey,
    filter: ScoreFilter,
  ): Promise<{ readonly total: number; readonly samples: readonly (JudgedSample & Verdict)[] }> {
    const scored = await this.#scored(key);
    const { table, outputs } = scored;
    const where = ['excluded = 0', inSplit(filter.split), this.#labelled(key.dataset, filter)];
    if (filter.predicted !== undefined) where.push(`output = ${outputOf(scored, filter.predicted)}`);
    if (filter.right !== undefined) where.push(filter.right ? 'rank = 0' : 'rank IS NOT 0');
    const from = `FROM ${table.name} WHERE ${where.join(' AND ')}`;
    const rows = this.#database.all(
      `SELECT ${SAMPLE}, a.loss, p.probabilities
       FROM (SELECT sample_id, split, loss, confidence ${from}
             ORDER BY ${ORDERS[filter.order]}, sample_id LIMIT ? OFFSET ?) a ${JOINS}
       JOIN predictions p ON p.evaluation_id = ? AND p.sample_id = a.sample_id
       ORDER BY a.${ORDERS[filter.order]}, a.sample_id`,
      ...[filter.limit, filter.offset, scored.evaluation.id],
    );
    return {
      total: this.#database.count(`SELECT count(*) ${from}`),
      samples: rows.map((row) => ({
        ...toSample(row),
        ...verdict(outputs, row['loss'], row['probabilities']),
      })),
    };
  }

  /** How many samples have which outcome. @throws LabError `EVALUATION_NOT_FOUND` */
  async compare(comparison: Comparison): Promise<Readonly<Record<Outcome, number>>> {
    const { from } = await this.#compared(comparison);
    const counts = OUTCOMES.map(
      (outcome) => `count(*) FILTER (WHERE ${CONDITIONS[outcome]}) AS "${outcome}"`,
    );
    const row = this.#database.get(`SELECT ${counts.join()} ${from}`)!;
    return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Number(row[outcome])])) as Record<
      Outcome,
      number
    >;
  }

  /** A page of the samples of an outcome, those first that the second network is surest of. */
  async compared(
    comparison: Comparison & { readonly outcome: Outcome; readonly offset: number; readonly limit: number },
  ): Promise<readonly (JudgedSample & { readonly first: Verdict; readonly second: Verdict })[]> {
    const { first, second, from } = await this.#compared(comparison);
    const rows = this.#database.all(
      `SELECT ${SAMPLE}, a.loss, p.probabilities, a.second_loss, q.probabilities AS second_probabilities
       FROM (SELECT a.sample_id, a.split, a.loss, b.loss AS second_loss, b.confidence AS second_confidence ${from}
             AND ${CONDITIONS[comparison.outcome]} ORDER BY b.confidence DESC, b.sample_id LIMIT ? OFFSET ?) a ${JOINS}
       JOIN predictions p ON p.evaluation_id = ? AND p.sample_id = a.sample_id
       JOIN predictions q ON q.evaluation_id = ? AND q.sample_id = a.sample_id
       ORDER BY a.second_confidence DESC, a.sample_id`,
      ...[comparison.limit, comparison.offset, first.evaluation.id, second.evaluation.id],
    );
    return rows.map((row) => ({
      ...toSample(row),
      first: verdict(first.outputs, row['loss'], row['probabilities']),
      second: verdict(second.outputs, row['second_loss'], row['second_probabilities']),
    }));
  }

  async #scored(key: EvaluationKey): Promise<Scored> {
    const evaluation = findEvaluation(this.#database, key);
    const table = await this.#scores.table(evaluation);
    const names = this.#names(evaluation);
    const outputs = table.classes.map((id, output) => names.get(id ?? 0) ?? evaluation.classes[output]!);
    return { evaluation, table, outputs };
  }

  async #compared({ split, ...keys }: Comparison): Promise<{ first: Scored; second: Scored; from: string }> {
    const first = await this.#scored(keys.first);
    const second = await this.#scored(keys.second);
    // Without an index both tables are read in the order of their samples.
    const from = `FROM ${first.table.name} a NOT INDEXED CROSS JOIN ${second.table.name} b ON b.sample_id = a.sample_id
      WHERE a.excluded = 0 AND a.label IS NOT NULL AND a.${inSplit(split)} AND b.${inSplit(split)}`;
    return { first, second, from };
  }

  #labelled(dataset: string, { label, order }: ScoreFilter): string {
    if (label === null) return 'label IS NULL';
    if (label === undefined) return order === 'loss' ? 'loss IS NOT NULL' : 'label IS NOT NULL';
    return `label = ${requireClass(this.#database, findDataset(this.#database, dataset), label).id}`;
  }

  /** By the ids of the data set's classes. */
  #names({ datasetId }: KeptEvaluation): Map<number, string> {
    const rows = this.#database.all('SELECT id, name FROM classes WHERE dataset_id = ?', datasetId);
    return new Map(rows.map(({ id, name }) => [Number(id), String(name)]));
  }
}

const SAMPLE = `s.id, coalesce(s.path, s.path_key) AS path, lower(hex(c.sha256)) AS sha256, c.width, c.height,
  s.flagged, k.name AS label, a.split`;

const JOINS = `JOIN samples s ON s.id = a.sample_id JOIN contents c ON c.id = s.content_id
  LEFT JOIN classes k ON k.id = s.class_id`;

function toSample(row: Row): JudgedSample {
  return {
    id: Number(row['id']),
    path: String(row['path']),
    sha256: String(row['sha256']),
    width: Number(row['width']),
    height: Number(row['height']),
    flagged: row['flagged'] === 1,
    label: row['label'] as string | null,
    seenIn: row['split'] as SeenIn,
  };
}

function verdict(outputs: readonly string[], loss: unknown, probabilities: unknown): Verdict {
  // A copy, since a blob's bytes need not be aligned.
  const values = new Float32Array(new Uint8Array(probabilities as Uint8Array).buffer);
  const ranked = outputs
    .map((name, output) => ({ class: name, probability: values[output]! }))
    .sort((a, b) => b.probability - a.probability);
  return { predicted: ranked[0]!.class, loss: loss as number | null, ranked };
}

function outputOf({ evaluation, outputs }: Scored, name: string): number {
  const output = outputs.indexOf(name);
  if (output >= 0) return output;
  throw new LabError(
    'CLASS_UNKNOWN',
    `The run ${evaluation.run} has no class "${name}": its classes are ${outputs.join(', ')}.`,
  );
}

/** The order of the index's columns: every split by name is quicker than none at all. */
function inSplit(split: SeenIn | null): string {
  const splits = split === null ? [...SPLITS, 'none'] : [split];
  return `split IN (${splits.map((name) => `'${name}'`).join()})`;
}
