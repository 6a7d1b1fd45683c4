/** The curves of runs, read on from where they were left at the last question. */
import { runPaths } from '../runs/run-folder.ts';
import { SeriesReader, type Series } from '../runs/series.ts';

/** Logs that are remembered. */
const KEPT = 16;

/** See the file. */
export class SeriesCache {
  readonly #readers = new Map<string, SeriesReader>();

  /** The series of the run in a folder. */
  read(folder: string): Promise<Series> {
    const reader = this.#readers.get(folder) ?? new SeriesReader(runPaths(folder).log);
    // The one asked for last is forgotten last.
    this.#readers.delete(folder);
    this.#readers.set(folder, reader);
    for (const old of [...this.#readers.keys()].slice(0, -KEPT)) this.#readers.delete(old);
    return reader.read();
  }
}
