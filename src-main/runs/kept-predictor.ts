/** Keeps the network that was asked last, so that the next question to it needs no loading. */
import { stat } from 'node:fs/promises';
import { openPredictor, type Predictor, type PredictSource } from './predictor.ts';
import { readRunFile } from './run-file.ts';
import { runPaths } from './run-folder.ts';

interface Held {
  readonly key: string;
  readonly predictor: Promise<Predictor>;
  users: number;
}

/** One network at a time. Another one takes its place; it is released when nobody uses it any more. */
export class KeptPredictor {
  #current: Held | undefined;

  /**
   * Works with a network, which is loaded unless it is the kept one and has not changed since.
   *
   * @throws LabError those of `openPredictor`
   */
  async use<Result>(source: PredictSource, work: (predictor: Predictor) => Promise<Result>): Promise<Result> {
    const held = this.#hold(await keyOf(source), source);
    held.users += 1;
    try {
      return await work(await held.predictor);
    } finally {
      held.users -= 1;
      await this.#drop(held);
    }
  }

  #hold(key: string, source: PredictSource): Held {
    if (this.#current?.key === key) return this.#current;
    const before = this.#current;
    const held = { key, predictor: openPredictor(source), users: 0 };
    this.#current = held;
    // One that cannot be loaded is tried again the next time.
    held.predictor.catch(() => {
      if (this.#current === held) this.#current = undefined;
    });
    if (before !== undefined) void this.#drop(before);
    return held;
  }

  async #drop(held: Held): Promise<void> {
    if (held === this.#current || held.users > 0) return;
    const predictor = await held.predictor.catch(() => undefined);
    await predictor?.release();
  }
}

/** Differs when the same source would be another network: a better epoch, a file that was replaced. */
async function keyOf(source: PredictSource): Promise<string> {
  const { device, threads } = source;
  return JSON.stringify([device, threads, await contentOf(source)]);
}

async function contentOf(source: PredictSource): Promise<readonly unknown[]> {
  if (!('model' in source)) {
    const { best } = await readRunFile(runPaths(source.folder).run);
    return [source.folder, source.epoch === 'best' ? best?.epoch : source.epoch];
  }
  const found = await stat(source.model).catch(() => undefined);
  return [source.model, found?.ino, found?.size, found?.mtimeMs];
}
