/** The event file of a training in progress. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readLog, type LogLine } from '../run-log.ts';
import { describeRun, type DescribedRun } from './description.ts';
import { EventFile } from './event-file.ts';
import { findLogFolder, makeLogFolder, type OwnFile } from './log-folder.ts';
import { ScalarEvents } from './scalars.ts';

/**
 * Milliseconds by which a file's time can lie before its last line's, since systems stamp files by their last tick;
 * no training can be resumed as fast.
 */
const CLOCK_TICK = 20;

/** Writes lines as they come. Every resumed training begins a file of its own in the same folder. */
export class LiveEvents {
  readonly #file: EventFile;
  readonly #scalars = new ScalarEvents();

  private constructor(file: EventFile) {
    this.#file = file;
  }

  /**
   * Begins a file with what the run's log holds so far and older files do not. A folder's first file gets the run's
   * description too.
   *
   * @param note told what was left out
   * @throws LabError `OUTPUT_UNWRITABLE` (also when the folder holds another run's events), `DISK_FULL`
   */
  static async open(out: string, run: DescribedRun, note: (message: string) => void): Promise<LiveEvents> {
    const folder = path.resolve(out);
    const { own, next } = await findLogFolder(folder, run.run.id);
    await makeLogFolder(folder);
    const live = new LiveEvents(new EventFile(next('training')));
    if (own.length === 0) {
      const { events, notes } = await describeRun(run);
      live.#file.write(events);
      notes.forEach(note);
    }
    const written = (await lastWrite(own)) + CLOCK_TICK;
    for (const line of await readLog(run.paths.log)) if (line.time > written) live.write(line);
    return live;
  }

  /** Adds a line; it is out of the process when this returns. @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
  write(line: LogLine): void {
    this.#file.write(this.#scalars.of(line));
  }

  close(): void {
    this.#file.close();
  }
}

/** When the latest of some files was written to, in milliseconds since 1970; 0 without files. */
async function lastWrite(files: readonly OwnFile[]): Promise<number> {
  const times = await Promise.all(files.map(async ({ path }) => (await stat(path)).mtimeMs));
  return Math.max(0, ...times);
}
