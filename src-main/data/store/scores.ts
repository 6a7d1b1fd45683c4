/**
 * How the predictions of an evaluation stand to the labels of now. Each evaluation that is looked at gets a table
 * in memory, which holds what a label decides: loss and rank. A trigger keeps it up to date when a label or a mark
 * changes, so that no question has to look at every sample's probabilities.
 */
import { setImmediate } from 'node:timers/promises';
import type { Database } from './database.ts';
import { classesAt, type KeptEvaluation } from './predictions.ts';

/** The table of an evaluation. Its columns: see `CREATE TABLE` below. */
export interface ScoreTable {
  /** As SQL names it. */
  readonly name: string;
  /** Ids of the data set's classes by output; null where it has none of the name. */
  readonly classes: readonly (number | null)[];
}

/** Rows worked out in one turn: few enough that nothing else waits for long. */
const ROWS_AT_ONCE = 1000;

/** Tables kept at a time. */
const KEPT = 8;

/** The least positive float32: what a probability of 0 counts as, for the loss to be finite. */
const LEAST = 2 ** -149;

/** Makes and keeps the tables. */
export class Scores {
  readonly #database: Database;
  /** By evaluation, the one asked for last at the end. */
  readonly #tables = new Map<number, Promise<ScoreTable>>();
  /** Outputs by class, by evaluation. */
  readonly #outputs = new Map<number, ReadonlyMap<number, number>>();

  constructor(database: Database) {
    this.#database = database;
    database.exec('PRAGMA temp_store = MEMORY');
    this.#define('label_loss', (probability, output) => -Math.log(Math.max(LEAST, probability(output))));
    this.#define('label_rank', rank);
  }

  /** The table of an evaluation; it is made when it is not there. */
  async table(evaluation: KeptEvaluation): Promise<ScoreTable> {
    const { id } = evaluation;
    const known = this.#tables.get(id);
    // Begun in the next turn, when the table is known to be wanted.
    const table = known ?? Promise.resolve().then(() => this.#make(evaluation));
    this.#tables.delete(id);
    this.#tables.set(id, table);
    if (known === undefined) {
      table.catch(() => this.#drop(id));
      for (const old of [...this.#tables.keys()].slice(0, -KEPT)) this.#drop(old);
    }
    return table;
  }

  #drop(evaluation: number): void {
    this.#tables.delete(evaluation);
    this.#outputs.delete(evaluation);
    this.#database.exec(`
      DROP TRIGGER IF EXISTS temp.${tableName(evaluation)}_follow;
      DROP TRIGGER IF EXISTS temp.${tableName(evaluation)}_forget;
      DROP TABLE IF EXISTS temp.${tableName(evaluation)}`);
  }

  /** A function of an evaluation, a label and probabilities; NULL where the network does not know the label. */
  #define(name: string, work: (probability: Probability, output: number, count: number) => number): void {
    this.#database.define(
      name,
      (evaluation: number, label: number | null, probabilities: Uint8Array | null) => {
        const output = this.#output(evaluation, label);
        if (output === undefined || probabilities === null) return null;
        return work(reader(probabilities), output, probabilities.length / 4);
      },
    );
  }

  #output(evaluation: number, label: number | null): number | undefined {
    return label === null ? undefined : this.#outputs.get(evaluation)?.get(label);
  }

  async #make(evaluation: KeptEvaluation): Promise<ScoreTable> {
    const { id } = evaluation;
    const table = { name: `temp.${tableName(id)}`, classes: classesOf(this.#database, evaluation) };
    this.#outputs.set(
      id,
      new Map(table.classes.flatMap((label, output) => (label === null ? [] : [[label, output]]))),
    );
    this.#database.exec(definition(id));
    await this.#fill(id);
    return table;
  }

  async #fill(evaluation: number): Promise<void> {
    let last = 0;
    while (this.#tables.has(evaluation)) {
      const through = this.#database.get(
        `SELECT max(sample_id) AS last FROM
           (SELECT sample_id FROM predictions WHERE evaluation_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ?)`,
        ...[evaluation, last, ROWS_AT_ONCE],
      )?.['last'];
      if (through === null || through === undefined) return;
      // A label that changes meanwhile is either read below or followed by the trigger.
      this.#database.run(
        `INSERT OR REPLACE INTO temp.${tableName(evaluation)}
         SELECT s.id, p.split, s.excluded, s.class_id, p.predicted,
           label_loss(?1, s.class_id, p.probabilities), label_rank(?1, s.class_id, p.probabilities), p.confidence
         FROM predictions p CROSS JOIN samples s ON s.id = p.sample_id
         WHERE p.evaluation_id = ?1 AND p.sample_id > ?2 AND p.sample_id <= ?3`,
        ...[evaluation, last, through],
      );
      last = Number(through);
      await setImmediate();
    }
  }
}

function tableName(evaluation: number): string {
  return `scores_${evaluation}`;
}

function definition(evaluation: number): string {
  const name = tableName(evaluation);
  const probabilities = `SELECT p.probabilities FROM predictions p
    WHERE p.evaluation_id = ${evaluation} AND p.sample_id = NEW.id`;
  return `
    CREATE TEMP TABLE ${name} (
      sample_id INTEGER PRIMARY KEY,
      split TEXT NOT NULL,
      excluded INTEGER NOT NULL,
      label INTEGER,                     -- a class's id
      output INTEGER NOT NULL,           -- the one of the highest probability
      loss REAL,                         -- of the label; NULL where the network does not know it
      rank INTEGER,                      -- outputs that are before the label's; 0: the prediction is right
      confidence REAL NOT NULL
    );
    CREATE INDEX temp.${name}_cells ON ${name} (excluded, split, label, output, rank, loss, confidence);
    CREATE TEMP TRIGGER ${name}_follow AFTER UPDATE OF class_id, excluded ON main.samples
    BEGIN
      UPDATE ${name} SET excluded = NEW.excluded, label = NEW.class_id,
        loss = label_loss(${evaluation}, NEW.class_id, (${probabilities})),
        rank = label_rank(${evaluation}, NEW.class_id, (${probabilities}))
      WHERE sample_id = NEW.id;
    END;
    CREATE TEMP TRIGGER ${name}_forget AFTER DELETE ON main.predictions WHEN OLD.evaluation_id = ${evaluation}
    BEGIN
      DELETE FROM ${name} WHERE sample_id = OLD.sample_id;
    END;`;
}

function classesOf(database: Database, { datasetId, classes, at }: KeptEvaluation): (number | null)[] {
  const known = classesAt(database, datasetId, at);
  return classes.map((name) => known.get(name.normalize('NFC'))?.id ?? null);
}

/** The probability of an output. */
type Probability = (output: number) => number;

/** Reads float32, which a blob's bytes need not be aligned for. */
function reader({ buffer, byteOffset, byteLength }: Uint8Array): Probability {
  const view = new DataView(buffer, byteOffset, byteLength);
  return (output) => view.getFloat32(output * 4, true);
}

/** How many outputs come before one: of higher probability, or of equal and earlier in order. */
function rank(probability: Probability, output: number, count: number): number {
  const own = probability(output);
  let before = 0;
  for (let index = 0; index < count; index++) {
    const other = probability(index);
    if (other > own || (other === own && index < output)) before += 1;
  }
  return before;
}
