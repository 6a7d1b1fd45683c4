/**
 * A training that is killed, at any moment and as often as one likes, ends with the same weights as one that is
 * left alone. The compute process is a real one and is ended by SIGKILL.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { CounterRandom } from '../../src-main/base/random.ts';
import { ComputeClient } from '../../src-main/runs/compute-client.ts';
import { nodeHost } from '../../src-main/runs/node-host.ts';
import type { ComputeProcess, ProcessHost } from '../../src-main/runs/process-host.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import type { TrainEvent, TrainResult } from '../../src-main/runs/train-context.ts';
import { makeFolder } from '../runs/folder.ts';
import { BUNDLED, newRun, outcome, train, writePictures } from '../runs/support.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
/** Dropped pictures, shuffling, augmentation, momentum, two phases, an uneven last batch: all that has a state. */
const SETTINGS = { epochs: 2, headEpochs: 1, batchSize: 3, checkpointSteps: 1 };
let rows: readonly RunRow[];
let straight: unknown;

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 3, validation: 1 });
  rows = rows.slice(1);
  const folder = await newRun(lab, rows, SETTINGS, BUNDLED);
  await train(folder);
  straight = await outcome(folder);
});

/** Decides after each event whether the process shall die now. */
type Killer = (event: TrainEvent) => boolean;

/** Trains in a process of its own. Gives undefined when the process was killed. */
async function trainInProcess(
  folder: string,
  shallDie: Killer,
  watch?: (kill: () => void) => () => void,
): Promise<TrainResult | undefined> {
  let started: ComputeProcess | undefined;
  const host: ProcessHost = { fork: (entry) => (started = nodeHost.fork(entry)) };
  const client = new ComputeClient(host);
  const unwatch = watch?.(() => started?.kill());
  let killed = false;
  try {
    return await client.call(
      'train',
      { folder, cacheFolder: path.join(lab, 'cache') },
      {
        onEvent: (event) => {
          if (killed || !shallDie(event)) return;
          killed = true;
          started?.kill();
        },
      },
    );
  } catch (error) {
    expect(error).toMatchObject({
      code: 'COMPUTE_DIED',
      message: `The compute process ended during "train ${path.basename(folder)}": signal SIGKILL.`,
      hint: `Its checkpoint is kept. Go on with: vitrine resume ${path.basename(folder)}`,
    });
    return undefined;
  } finally {
    unwatch?.();
    client.close();
  }
}

async function trainToTheEnd(folder: string): Promise<void> {
  expect(await trainInProcess(folder, () => false)).toMatchObject({ status: 'finished' });
  expect(await outcome(folder)).toEqual(straight);
}

test('killed before the first checkpoint', async () => {
  const folder = await newRun(lab, rows, SETTINGS, BUNDLED);
  expect(await trainInProcess(folder, ({ event }) => event === 'start')).toBeUndefined();
  await trainToTheEnd(folder);
});

test('killed while checkpoints and weights are written', async () => {
  const folder = await newRun(lab, rows, SETTINGS, BUNDLED);
  let hits = 0;
  for (const wanted of ['initial', 'checkpoint', 'epochs', 'checkpoint'] as const) {
    const result = await trainInProcess(
      folder,
      () => false,
      (kill) => {
        const timer = setInterval(() => {
          if (!hasLargeTemporary(wanted === 'epochs' ? path.join(folder, 'epochs') : folder)) return;
          hits += 1;
          clearInterval(timer);
          kill();
        }, 1);
        return () => clearInterval(timer);
      },
    );
    expect(result).toBeUndefined();
  }
  expect(hits).toBe(4);
  expect(readdirSync(folder).filter(isTemporary)).not.toHaveLength(0);
  await trainToTheEnd(folder);
  expect(readdirSync(folder).filter(isTemporary)).toEqual([]);
});

test.each([1, 2, 3])('killed at random moments (seed %i)', async (seed) => {
  const folder = await newRun(lab, rows, SETTINGS, BUNDLED);
  const random = new CounterRandom('kill', seed);
  let result: TrainResult | undefined;
  // Each process dies some events after its start, and a moment later than that: in the midst of the next work.
  for (let round = 0; round < 3 && result === undefined; round++) {
    let left = 1 + random.integer(6);
    const delay = random.integer(400);
    result = await trainInProcess(folder, () => {
      left -= 1;
      if (left === 0) sleep(delay);
      return left === 0;
    });
  }
  if (result === undefined) await trainToTheEnd(folder);
  else expect(await outcome(folder)).toEqual(straight);
});

/** Blocks this process, not the one that trains. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function isTemporary(name: string): boolean {
  return name.endsWith('.tmp');
}

/** Whether tensors are just being written: no other file of a run is as large. */
function hasLargeTemporary(folder: string): boolean {
  return readdirSync(folder)
    .filter(isTemporary)
    .some((name) => {
      try {
        return statSync(path.join(folder, name)).size > 1_000_000;
      } catch {
        return false;
      }
    });
}
