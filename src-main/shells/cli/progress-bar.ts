/** A progress bar on a terminal; nothing anywhere else. */
import cliProgress from 'cli-progress';
import type { Progress } from '../../../src-shared/contract/job.ts';
import { duration } from './text.ts';

/** Shows how far a job is, one line that is drawn again and again. */
export class ProgressBar {
  #bar: cliProgress.SingleBar | undefined;
  readonly #shown: boolean;

  constructor(shown: boolean) {
    this.#shown = shown && process.stderr.isTTY;
  }

  update({ done, total, rate, secondsLeft, message }: Progress): void {
    if (!this.#shown || total === null) return;
    const bar = (this.#bar ??= this.#start(total));
    bar.setTotal(total);
    bar.update(done, {
      message,
      rate: rate === null ? '' : `${rate.toFixed(rate < 10 ? 1 : 0)}/s`,
      left: secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
    });
  }

  /** Takes the bar off the screen, so that lines can be written. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #start(total: number): cliProgress.SingleBar {
    const bar = new cliProgress.SingleBar(
      {
        format: '{message} [{bar}] {value}/{total} {rate} {left}',
        ...{ hideCursor: true, clearOnComplete: true, stream: process.stderr, fps: 10 },
      },
      cliProgress.Presets.shades_classic,
    );
    bar.start(total, 0, { message: '', rate: '', left: '' });
    return bar;
  }
}
