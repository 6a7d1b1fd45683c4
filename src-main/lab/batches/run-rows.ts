/** The rows of runs that are looked at, read once: they never change. */
import { readRows, type RunRow } from '../../runs/rows.ts';

/** Runs whose rows are kept. */
const KEPT = 3;

/** See the file. */
export class RunRows {
  readonly #rows = new Map<string, Promise<readonly RunRow[]>>();

  /** @throws LabError `RUN_STATE`, as `readRows` */
  read(file: string, hash: string): Promise<readonly RunRow[]> {
    const known = this.#rows.get(file);
    if (known !== undefined) return known;
    const read = readRows(file, hash);
    read.catch(() => this.#rows.delete(file));
    this.#rows.set(file, read);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > KEPT) this.#rows.delete(oldest!);
    return read;
  }
}
