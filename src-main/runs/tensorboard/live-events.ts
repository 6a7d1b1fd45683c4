/** The event file of a training in progress. */
import path from 'node:path';
import { readLog, type LogLine } from '../run-log.ts';
import { describeRun, type DescribedRun } from './description.ts';
import { EventFile } from './event-file.ts';
import { findLogFolder, makeLogFolder } from './log-folder.ts';
import { ScalarEvents } from './scalars.ts';

/** Writes lines as they come. Every resumed training begins a file of its own in the same folder. */
export class LiveEvents {
  readonly #file: EventFile;
  readonly #scalars = new ScalarEvents();

  private constructor(file: EventFile) {
    this.#file = file;
  }

  /**
   * Begins a file. The first one of a folder gets what the run's log holds so far, and the run's description.
   *
   * @param note told what was left out
   * @throws LabError `OUTPUT_UNWRITABLE` (also when the folder holds another run's events), `DISK_FULL`
   */
  static async open(out: string, run: DescribedRun, note: (message: string) => void): Promise<LiveEvents> {
    const folder = path.resolve(out);
    const { own, next } = await findLogFolder(folder, run.run.id);
    await makeLogFolder(folder);
    const live = new LiveEvents(new EventFile(next('training')));
    if (own.length > 0) return live;
    const { events, notes } = await describeRun(run);
    live.#file.write(events);
    notes.forEach(note);
    for (const line of await readLog(run.paths.log)) live.write(line);
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
