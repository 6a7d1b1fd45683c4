/** Writes down what a training reports, on its way to whoever watches. */
import { LabError } from '../../src-shared/errors.ts';
import { logLine, RunLog, type LogLine, type LogPosition } from './run-log.ts';
import type { DescribedRun } from './tensorboard/description.ts';
import { LiveEvents } from './tensorboard/live-events.ts';
import type { TrainEvent } from './train-context.ts';

type Emit = (event: TrainEvent) => void;

interface Writer {
  write(line: LogLine): void;
  close(): void;
}

/** Options of {@link Journal.open}. */
export interface JournalOptions extends DescribedRun {
  /** Where the training goes on. */
  readonly position: LogPosition;
  /** TensorBoard's folder, if events shall go there too. */
  readonly tensorboard: string | undefined;
  readonly emit: Emit;
}

/** A run's log, and TensorBoard's if one is wanted. When one cannot be written any more, the training goes on. */
export class Journal {
  readonly #writers = new Map<string, Writer>();
  readonly #emit: Emit;

  private constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`: what cannot be begun is told at once */
  static async open({ position, tensorboard, emit, ...run }: JournalOptions): Promise<Journal> {
    const journal = new Journal(emit);
    journal.#writers.set("The run's log", await RunLog.open(run.paths.log, position));
    if (tensorboard === undefined) return journal;
    try {
      const note = (message: string): void => emit({ event: 'note', message });
      journal.#writers.set("TensorBoard's log", await LiveEvents.open(tensorboard, run, note));
      return journal;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  /** Takes an event down and passes it on. */
  readonly emit: Emit = (event) => {
    const line = logLine(event, Date.now());
    if (line !== undefined)
      for (const name of this.#writers.keys()) this.#try(name, (writer) => writer.write(line));
    this.#emit(event);
  };

  close(): void {
    for (const name of this.#writers.keys()) this.#try(name, (writer) => writer.close());
    this.#writers.clear();
  }

  #try(name: string, work: (writer: Writer) => void): void {
    try {
      work(this.#writers.get(name)!);
    } catch (error) {
      this.#writers.delete(name);
      const { message } = LabError.from(error);
      this.#emit({ event: 'note', message: `${name} ends here, the training goes on: ${message}` });
    }
  }
}
