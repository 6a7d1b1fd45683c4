/** Where event files go: one run to a folder, resumed trainings beside their beginnings. */
import { closeSync, existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createPipeline } from '../../../src-main/data/pipeline.ts';
import { Journal } from '../../../src-main/runs/journal.ts';
import { readRows, type RunRow } from '../../../src-main/runs/rows.ts';
import { readRunFile } from '../../../src-main/runs/run-file.ts';
import { runPaths } from '../../../src-main/runs/run-folder.ts';
import { readLog } from '../../../src-main/runs/run-log.ts';
import { exportLog } from '../../../src-main/runs/tensorboard/export-log.ts';
import { findLogFolder } from '../../../src-main/runs/tensorboard/log-folder.ts';
import type { TrainEvent } from '../../../src-main/runs/train-context.ts';
import type { TrainSettingsInput } from '../../../src-main/runs/settings.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { jsonLines, vitrine } from '../../shells/cli/vitrine.ts';
import { makeFolder } from '../folder.ts';
import { newRun, SIZE, train, writePictures } from '../support.ts';
import { readFolder, readOnlyFile, series, type ReadEvents } from './event-reader.ts';

// Real trainings, and real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
const logs = path.join(lab, 'logs');
const live = path.join(logs, 'live');
const HINT =
  'Give every run a folder of its own, such as logs/first; TensorBoard compares all that lie in logs.';
const settings: Partial<TrainSettingsInput> = {
  ...{ mode: 'head', epochs: 2, checkpointSteps: 2 },
  // Without augmentation the features are computed once for all runs.
  pipeline: createPipeline({ imageSize: SIZE }),
};
let rows: readonly RunRow[];
let folder: string;
let id: string;

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5 });
  folder = await newRun(lab, rows, settings);
  id = path.basename(folder);
  await train(folder, { tensorboard: live });
});

const stepsOf = (read: ReadEvents): number[] => series(read, 'loss/running_by_step').map(({ step }) => step);

test('an export replaces the one before', async () => {
  const out = path.join(logs, 'twice');
  const first = await exportLog({ folder, out });
  const second = await exportLog({ folder, out });
  expect(second.file).not.toBe(first.file);
  expect(readdirSync(out)).toEqual([path.basename(second.file)]);
  expect(second).toMatchObject({ run: id, epochs: 2, steps: 8, images: 12, notes: [] });
});

test('a training that crashed goes on in a new file, which voids what it does again', async () => {
  const crashed = await newRun(lab, rows, settings);
  const out = path.join(logs, 'crashed');
  // In the second epoch, a step after its checkpoint.
  const crash = train(crashed, {
    tensorboard: out,
    emit: (event) => {
      if (event.event === 'step' && event.step === 7) throw new Error('crash');
    },
  });
  await expect(crash).rejects.toThrow('crash');
  await train(crashed, { tensorboard: out });
  const [before, after, ...others] = readFolder(out);
  expect(others).toEqual([]);
  expect([stepsOf(before!), stepsOf(after!)]).toEqual([
    [1, 2, 3, 4, 5, 6, 7],
    [7, 8],
  ]);
  expect([before!.starts, after!.starts]).toEqual([[1], [7]]);
  expect([before!.graphs.length, after!.graphs.length]).toEqual([1, 0]);
  // The run's own log holds every step once.
  const log = await readLog(runPaths(crashed).log);
  expect(log.map((line) => (line.event === 'step' ? line.step : `epoch ${line.epoch}`))).toEqual([
    ...[1, 2, 3, 4, 'epoch 1', 5, 6, 7, 8, 'epoch 2'],
  ]);
});

test('a resumed training adds what was trained without the folder, before it and in between', async () => {
  const run = await newRun(lab, rows, settings);
  const out = path.join(logs, 'later');
  const trainTo = async (step: number, tensorboard?: string): Promise<string> => {
    const controller = new AbortController();
    const emit = (event: TrainEvent): void => {
      if (event.event === 'step' && event.step === step) controller.abort();
    };
    return (await train(run, { emit, signal: controller.signal, tensorboard })).result.status;
  };
  expect(await trainTo(1)).toBe('stopped');
  expect(await trainTo(3, out)).toBe('stopped');
  expect(await trainTo(6)).toBe('stopped');
  expect(await trainTo(0, out)).toBe('finished');
  expect(readFolder(out).map(stepsOf)).toEqual([
    [1, 2, 3],
    [4, 5, 6, 7, 8],
  ]);
});

test.skipIf(process.platform !== 'linux')('a training outlives its event file', async () => {
  const paths = { ...runPaths(folder), log: path.join(lab, 'other.jsonl') };
  const run = await readRunFile(paths.run);
  const events: TrainEvent[] = [];
  const journal = await Journal.open({
    ...{ paths, run, rows: await readRows(paths.rows, run.dataset.sha256) },
    ...{ position: { epoch: 0, step: 0 }, tensorboard: path.join(logs, 'broken') },
    emit: (event) => events.push(event),
  });
  const step = (number: number): TrainEvent => ({
    ...{ event: 'step', step: number, epoch: 1, epochStep: number, epochSteps: 3, loss: 1, accuracy: 0 },
    learningRates: { head: 0.1 },
  });
  journal.emit(step(1));
  // What a full disk does: every write fails from here on.
  const file = path.join(logs, 'broken', readdirSync(path.join(logs, 'broken'))[0]!);
  closeSync(openNumber(file));
  journal.emit(step(2));
  journal.emit(step(3));
  journal.close();
  const message = `TensorBoard's log ends here, the training goes on: Writing ${file} failed: EBADF: bad file descriptor, write.`;
  expect(events).toEqual([step(1), { event: 'note', message }, step(2), step(3)]);
  expect(await readLog(paths.log)).toHaveLength(3);
  expect(stepsOf(readOnlyFile(path.join(logs, 'broken')))).toEqual([1]);
});

/** The number under which this process holds a file open. */
function openNumber(file: string): number {
  const isFile = (name: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === file;
    } catch {
      return false;
    }
  };
  return Number(readdirSync('/proc/self/fd').find(isFile));
}

describe('refuses', () => {
  const refusal = (message: string): unknown => ({ code: 'OUTPUT_UNWRITABLE', message, hint: HINT });

  test("a folder with another run's events", async () => {
    const other = await newRun(lab, rows, settings);
    const expected = refusal(
      `Writing TensorBoard's events to ${live}: it holds the events of the run ${id}.`,
    );
    expect(await labErrorFrom(exportLog({ folder: other, out: live }))).toEqual(expected);
    // A run that has not been made yet.
    expect(await labErrorFrom(findLogFolder(live, null))).toEqual(expected);
  });

  test('a folder with events of another program', async () => {
    const out = path.join(logs, 'foreign');
    const name = 'events.out.tfevents.1700000000.host.1.0';
    mkdirSync(out, { recursive: true });
    writeFileSync(path.join(out, name), '');
    expect(await labErrorFrom(exportLog({ folder, out }))).toEqual(
      refusal(`Writing TensorBoard's events to ${out}: it holds events of something else, ${name}.`),
    );
    expect(readdirSync(out)).toEqual([name]);
  });

  test('to export where the training wrote itself', async () => {
    expect(await labErrorFrom(exportLog({ folder, out: live }))).toEqual(
      refusal(
        `Writing TensorBoard's events to ${live}: the training of ${id} has written its events there itself.`,
      ),
    );
  });

  test('a file in place of the folder', async () => {
    const out = path.join(lab, 'file');
    writeFileSync(out, '');
    const expected = refusal(`Writing TensorBoard's events to ${out}: it, or what it lies in, is a file.`);
    expect(await labErrorFrom(exportLog({ folder, out }))).toEqual(expected);
    expect(await labErrorFrom(exportLog({ folder, out: path.join(out, 'below') }))).toEqual(
      refusal(
        `Writing TensorBoard's events to ${path.join(out, 'below')}: it, or what it lies in, is a file.`,
      ),
    );
  });

  // The name of a folder may have 255 bytes; permissions do not bind every user who runs tests.
  test('a folder that cannot be made', async () => {
    const out = path.join(lab, 'x'.repeat(300));
    expect(await labErrorFrom(exportLog({ folder, out }))).toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `Writing ${out} failed: the name is too long.`,
    });
  });

  test('a run that has not been started', async () => {
    const fresh = await newRun(lab, rows, settings);
    const out = path.join(logs, 'fresh');
    const name = path.basename(fresh);
    expect(await labErrorFrom(exportLog({ folder: fresh, out }))).toEqual({
      code: 'RUN_STATE',
      message: `The run ${name} has not been started: it has no network yet.`,
      hint: `Start it with: vitrine resume ${name}`,
    });
    expect(existsSync(out)).toBe(false);
  });
});

describe('vitrine export-log', () => {
  test('writes a run', async () => {
    const out = path.join(logs, 'command');
    const result = await vitrine('export-log', id, '--tensorboard', out, '--lab', lab, '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [line] = jsonLines(result);
    expect(line).toEqual({
      file: path.join(out, readdirSync(out)[0]!),
      ...{ run: id, epochs: 2, steps: 8, images: 12 },
    });
    const text = await vitrine('export-log', id, '--tensorboard', out, '--lab', lab);
    expect(text.stdout).toBe(
      `Wrote ${path.join(out, readdirSync(out)[0]!)}: 2 epochs, 8 steps, 12 sample images.\n`,
    );
  });

  test('needs a run and a folder', async () => {
    const none = await vitrine('export-log', 'nothing', '--tensorboard', logs, '--lab', lab);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(
      /^error: Looking for the run "nothing": there is none\. The lab's latest runs: /,
    );
    expect(await vitrine('export-log', id, '--lab', lab)).toMatchObject({
      code: 2,
      stderr:
        "error: Required option '--tensorboard <folder>' not specified. See: vitrine export-log --help\n",
    });
  });

  test('resume looks at the folder first', async () => {
    const fresh = path.basename(await newRun(lab, rows, settings));
    const result = await vitrine('resume', fresh, '--tensorboard', live, '--lab', lab);
    expect(result).toMatchObject({
      code: 1,
      stderr: `error: Writing TensorBoard's events to ${live}: it holds the events of the run ${id}. ${HINT}\n`,
    });
    expect((await readRunFile(runPaths(path.join(lab, 'runs', fresh)).run)).status).toBe('created');
    const out = path.join(logs, 'resumed');
    expect(await vitrine('resume', fresh, '--tensorboard', out, '--lab', lab)).toMatchObject({ code: 0 });
    expect(stepsOf(readOnlyFile(out))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
