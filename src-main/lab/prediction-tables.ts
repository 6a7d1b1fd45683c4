/** What prediction jobs came to, kept while the lab is open: tables to look through, and the files behind them. */
import { LabError } from '../../src-shared/errors.ts';
import type { PredictedRow, PredictionOrder } from '../../src-shared/contract/prediction.ts';

/** Tables that are remembered. */
const KEPT = 12;

/** Which rows, and in which order. */
export interface RowChoice {
  readonly order: PredictionOrder;
  /** Only those with this class on top. */
  readonly className?: string | undefined;
  /** Only those that could not be read, or that could. */
  readonly failed?: boolean | undefined;
}

/** The rows of one job, in the order of its files. */
export class PredictionTable {
  readonly model: string;
  readonly #rows: PredictedRow[] = [];
  readonly #counts = new Map<string, number>();
  #failed = 0;
  #view: { readonly key: string; readonly rows: readonly PredictedRow[] } | undefined;

  /** @param model as it was asked for */
  constructor(model: string) {
    this.model = model;
  }

  get rows(): readonly PredictedRow[] {
    return this.#rows;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Pictures by the class on top, the commonest first. */
  get counts(): { class: string; count: number }[] {
    return Array.from(this.#counts, ([name, count]) => ({ class: name, count })).sort(
      (a, b) => b.count - a.count,
    );
  }

  add(row: Omit<PredictedRow, 'index'>): void {
    this.#rows.push({ ...row, index: this.#rows.length });
    const [best] = row.top;
    if (best === undefined) this.#failed += 1;
    else this.#counts.set(best.class, (this.#counts.get(best.class) ?? 0) + 1);
  }

  /** The chosen rows. */
  view(choice: RowChoice): readonly PredictedRow[] {
    // Pages of one table are asked for one after the other.
    const key = JSON.stringify([this.#rows.length, choice]);
    if (this.#view?.key !== key) this.#view = { key, rows: ordered(this.#rows, choice) };
    return this.#view.rows;
  }
}

function ordered(rows: readonly PredictedRow[], { order, className, failed }: RowChoice): PredictedRow[] {
  const chosen = rows.filter(
    ({ top }) =>
      (className === undefined || top[0]?.class === className) &&
      (failed === undefined || failed === (top.length === 0)),
  );
  if (order === 'file') return chosen;
  const sign = order === 'least-sure' ? 1 : -1;
  // What could not be read comes last either way.
  const sureness = ({ top }: PredictedRow): number => sign * (top[0]?.probability ?? sign * Infinity);
  return chosen.sort((a, b) => sureness(a) - sureness(b) || a.index - b.index);
}

/** The tables of the latest jobs. */
export class PredictionTables {
  readonly #tables = new Map<string, PredictionTable>();

  /** Begins the table of a job. */
  begin(job: string, model: string): PredictionTable {
    const table = new PredictionTable(model);
    this.#tables.set(job, table);
    for (const old of [...this.#tables.keys()].slice(0, -KEPT)) this.#tables.delete(old);
    return table;
  }

  /** The table of a job, if it is remembered. */
  find(job: string): PredictionTable | undefined {
    return this.#tables.get(job);
  }

  /** The table of a job. @throws LabError `INVALID_ARGUMENT` when it is not remembered */
  get(job: string): PredictionTable {
    const table = this.find(job);
    if (table !== undefined) return table;
    throw new LabError('INVALID_ARGUMENT', `The predictions of the job "${job}" are not kept any more.`, {
      hint: 'Predict the files again.',
    });
  }
}
