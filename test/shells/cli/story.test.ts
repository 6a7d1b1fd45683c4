/** The main job, small, by one command after the other. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporary.ts';
import { drawFolder } from './pictures.ts';
import { jsonLines, start, vitrine, type Result } from './vitrine.ts';

// Many commands one after the other, each a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const pictures = path.join(folder, 'pictures');
const lab = path.join(folder, 'lab');

function inLab(...args: string[]): Promise<Result> {
  return vitrine(...args, '--lab', lab, '--json');
}

function lastLine(result: Result): Record<string, unknown> {
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
  return jsonLines(result).at(-1)!;
}

const SMALL = ['--image-size', '32', '--batch-size', '8', '--threads', '1'];

beforeAll(async () => {
  await drawFolder(pictures);
  lastLine(await inLab('import', pictures, '--dataset', 'stripes'));
  lastLine(await inLab('split', 'stripes', '--validation', '0.25', '--test', '0.25'));
});

describe('the main job', () => {
  let run = '';

  test('trains the head and tells every epoch as one JSON line', async () => {
    const result = await inLab(
      'train',
      'stripes',
      '--mode',
      'head',
      '--epochs',
      '2',
      '--log-steps',
      ...SMALL,
    );
    const done = lastLine(result);
    const lines = jsonLines(result);
    run = done['run'] as string;
    expect(lines.map(({ event }) => event)).toEqual([
      ...['start', 'step', 'step', 'epoch', 'step', 'step', 'epoch', 'done'],
    ]);
    expect(lines[1]).toMatchObject({ event: 'step', step: 1, loss: expect.any(Number) as number });
    expect(lines[3]).toMatchObject({
      epoch: 1,
      running: { loss: expect.any(Number) as number, accuracy: expect.any(Number) as number },
      train: { count: 12, confusion: expect.any(Array) as number[][] },
      validation: { count: 6 },
      learningRates: { head: 0.01 },
      imagesPerSecond: expect.any(Number) as number,
    });
    expect(done).toMatchObject({ event: 'done', status: 'finished', epoch: 2 });
    expect(done['best']).toMatchObject({ loss: expect.any(Number) as number });
  });

  test('evaluates on a split and on a folder', async () => {
    const onSplit = lastLine(await inLab('evaluate', run, '--split', 'test'));
    expect(onSplit).toMatchObject({ split: 'test', count: 6, classes: ['across', 'down', 'slanted'] });
    expect((onSplit['perClass'] as { support: number }[]).map(({ support }) => support)).toEqual([2, 2, 2]);
    const unseen = await drawFolder(path.join(folder, 'unseen'), ['across', 'down'], 3);
    const onFolder = lastLine(await inLab('evaluate', 'last', '--data', unseen));
    expect(onFolder).toMatchObject({ split: null, data: unseen, count: 6 });
    expect((onFolder['confusion'] as number[][]).map((row) => row.reduce((a, b) => a + b))).toEqual([
      3, 3, 0,
    ]);
  });

  test('predicts with the exported file what it predicts with the run', async () => {
    const out = path.join(folder, 'model.onnx');
    const weights = path.join(folder, 'weights.safetensors');
    const report = lastLine(await inLab('export', run, '--out', out, '--weights-out', weights));
    expect(report).toMatchObject({ file: out, weightsFile: weights, parity: { argmaxAgreement: 1 } });
    expect((report['parity'] as { images: number }).images).toBe(6);
    expect(existsSync(weights)).toBe(true);
    const files = ['across/0.png', 'down/1.png', 'slanted/2.png'].map((name) => path.join(pictures, name));
    const byRun = await inLab('predict', run, ...files);
    const byFile = await inLab('predict', out, ...files);
    expect([byRun.code, byFile.code]).toEqual([0, 0]);
    const [expected, found] = [jsonLines(byRun), jsonLines(byFile)];
    expect(found.map(({ file }) => file)).toEqual(files);
    for (const [at, line] of found.entries()) {
      const logits = line['logits'] as number[];
      // The export's own promise: logits agree to 1e-4.
      for (const [place, logit] of (expected[at]!['logits'] as number[]).entries()) {
        expect(Math.abs(logits[place]! - logit)).toBeLessThanOrEqual(1e-4);
      }
      const top = line['top'] as { class: string; probability: number }[];
      expect(top).toHaveLength(3);
      expect(top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    }
  });

  test('a file that is no picture fails alone, and the command with it', async () => {
    const text = path.join(folder, 'notes.txt');
    const result = await inLab(
      'predict',
      run,
      path.join(pictures, 'down/0.png'),
      path.join(folder, 'gone.png'),
    );
    expect(existsSync(text)).toBe(false);
    expect(result.code).toBe(1);
    const [good, bad] = jsonLines(result);
    expect(good).toHaveProperty('top');
    expect(bad).toMatchObject({
      error: { message: `Cannot read the image ${path.join(folder, 'gone.png')}: there is no such file.` },
    });
  });

  test('a weights file of its own is read back with its pixels and its head', async () => {
    const weights = path.join(folder, 'weights.safetensors');
    const result = await inLab('train', 'stripes', '--weights', weights, '--mode', 'head', '--epochs', '1');
    lastLine(result);
    expect(jsonLines(result)[0]).toMatchObject({ event: 'start', headLoaded: true });
    const runs = jsonLines(await inLab('runs'));
    expect(runs.at(-1)).toMatchObject({ imageSize: 32, weights });
  });

  test('lists data sets and runs for people', async () => {
    const datasets = await vitrine('datasets', '--lab', lab);
    expect(datasets.stdout).toBe('name     images  classes\nstripes      24  across, down, slanted\n');
    const runs = await vitrine('runs', '--lab', lab);
    expect(runs.stdout).toContain(run);
    expect(runs.stdout).toMatch(/stripes +resnet18 +finished/);
  });

  test('an export into a folder that is not there names the file that was asked for', async () => {
    const out = path.join(folder, 'nowhere', 'model.onnx');
    expect((await vitrine('export', run, '--out', out, '--lab', lab)).stderr).toBe(
      `error: Writing ${out} failed: its folder does not exist. Choose a folder that exists and that you may write to.\n`,
    );
  });

  test("Nesterov's momentum without momentum leaves no run", async () => {
    const flags = ['--nesterov', '--momentum', '0'];
    const { code, stderr } = await vitrine('train', 'stripes', ...flags, '--lab', lab);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: Nesterov's momentum needs a momentum above 0 and no dampening; found momentum 0 and dampening 0. Leave --nesterov out, or give --momentum 0.9 and no --dampening.\n",
    );
  });

  test('class weights that do not fit the classes leave no run', async () => {
    const before = jsonLines(await inLab('runs')).length;
    const { code, stderr } = await vitrine('train', 'stripes', '--class-weights', '1,2', '--lab', lab);
    expect([code, stderr]).toEqual([
      2,
      'error: Class weights: expected 3, one for each of across, down, slanted; found 2.\n',
    ]);
    expect(jsonLines(await inLab('runs'))).toHaveLength(before);
  });
});

describe('stopping and going on', () => {
  const long = ['train', 'stripes', '--mode', 'head', '--epochs', '100000', ...SMALL];

  test('another process stops a training, and resume goes on with it', async () => {
    const training = start([...long, '--lab', lab, '--json']);
    await training.until('"event":"epoch"');
    const locked = await vitrine('datasets', '--lab', lab);
    expect(locked.code).toBe(1);
    expect(locked.stderr).toBe(
      `error: The lab ${lab} is in use by process ${training.child.pid}. Wait until that process has ended, end it, or choose another lab with --lab.\n`,
    );
    expect(jsonLines(await inLab('runs')).at(-1)).toMatchObject({ status: 'running' });
    expect((await inLab('stop', 'last')).code).toBe(0);
    const stopped = await training.result;
    expect(stopped.code).toBe(130);
    const done = jsonLines(stopped).at(-1)!;
    expect(done).toMatchObject({ event: 'done', status: 'stopped' });

    const resumed = start(['resume', done['run'] as string, '--lab', lab, '--json']);
    await resumed.until('"event":"epoch"');
    resumed.child.kill('SIGINT');
    const second = await resumed.result;
    expect(second.code).toBe(130);
    const lines = jsonLines(second);
    expect(lines[0]).toMatchObject({ event: 'start', resumedFrom: { epoch: done['epoch'] } });
    expect(lines.find(({ event }) => event === 'epoch')).toMatchObject({
      epoch: (done['epoch'] as number) + 1,
    });
    expect(lines.at(-1)).toMatchObject({ event: 'done', status: 'stopped' });
  });

  test('Ctrl+C stops with a checkpoint that can be gone on from', async () => {
    const training = start([...long, '--lab', lab]);
    await training.until('epoch');
    training.child.kill('SIGINT');
    const { code, stdout, stderr } = await training.result;
    expect(code).toBe(130);
    expect(stderr).toBe('\nStopping … (once more ends it at once)\n');
    expect(stdout).toMatch(/Stopped with a checkpoint after \d+ epochs?\. Go on with: vitrine resume \S+\n$/);
    const run = jsonLines(await inLab('runs')).at(-1)!;
    expect(run).toMatchObject({ status: 'stopped' });
    expect(readFileSync(path.join(lab, 'runs', run['id'] as string, 'checkpoint')).length).toBeGreaterThan(0);
  });

  // Windows has no process groups.
  test.skipIf(process.platform === 'win32')(
    'SIGTERM to the whole process group leaves time for the checkpoint',
    async () => {
      const training = start([...long, '--lab', lab], true);
      await training.until('epoch');
      process.kill(-training.child.pid!, 'SIGTERM');
      const { code, stderr } = await training.result;
      expect([code, stderr]).toEqual([130, '\nStopping … (once more ends it at once)\n']);
      expect(jsonLines(await inLab('runs')).at(-1)).toMatchObject({ status: 'stopped' });
    },
  );

  test('a killed training is told as interrupted', async () => {
    const training = start([...long, '--lab', lab, '--json']);
    await training.until('"event":"epoch"');
    training.child.kill('SIGKILL');
    await training.result;
    await expect
      .poll(async () => jsonLines(await inLab('runs')).at(-1)!['status'], { timeout: 20_000 })
      // Its compute process writes a checkpoint when it finds itself alone, if it is not killed too.
      .toMatch(/^(interrupted|stopped)$/);
  });

  test('stopping a run that nobody trains is an error', async () => {
    const result = await vitrine('stop', 'last', '--lab', lab);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^error: Stopping the run \S+: no process is training it\.\n$/);
  });
});
