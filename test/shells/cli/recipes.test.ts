/** Recipes by flags: schedules, groups of parameters, initialisers, and going on from another run. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readSafetensors } from '../../../src-main/models/weights/safetensors.ts';
import { drawFolder } from './pictures.ts';
import { temporaryFolder } from './temporary.ts';
import { jsonLines, vitrine, type Result } from './vitrine.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const lab = path.join(folder, 'lab');

function inLab(...args: string[]): Promise<Result> {
  return vitrine(...args, '--lab', lab, '--json');
}

function lastLine(result: Result): Record<string, unknown> {
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
  return jsonLines(result).at(-1)!;
}

async function messageOf(...args: string[]): Promise<string> {
  const result = await inLab(...args);
  expect(result.code).toBe(2);
  return result.stderr.slice('error: '.length, -1);
}

describe('schedule', () => {
  test("DaiNet7's table is one flag", async () => {
    const table = '0:1e-3,50:5e-4,100:3e-4,150:1e-4,200:1e-5,230:1e-6';
    const line = lastLine(
      await vitrine('schedule', 'piecewise', '--lr-table', table, '--epochs', '250', '--json'),
    );
    const rates = line['epochs'] as number[];
    expect(rates).toHaveLength(250);
    expect([0, 49, 50, 100, 150, 199, 200, 230, 249].map((epoch) => rates[epoch])).toEqual([
      ...[1e-3, 1e-3, 5e-4, 3e-4, 1e-4, 1e-4, 1e-5, 1e-6, 1e-6],
    ]);
    expect(line).toMatchObject({ schedule: 'piecewise', steps: null });
  });

  test('one-cycle moves from step to step', async () => {
    const args = ['--epochs', '2', '--steps-per-epoch', '5', '--lr', '1', '--anneal-strategy', 'linear'];
    const line = lastLine(await vitrine('schedule', 'one-cycle', ...args, '--json'));
    const steps = line['steps'] as number[];
    expect(steps).toHaveLength(10);
    expect(line['epochs']).toEqual([steps[0], steps[5]]);
    expect([steps[0], steps[2]]).toEqual([0.04, 1]);
    expect(steps.at(-1)).toBeCloseTo(4e-6, 12);
  });

  test('losses come from the flag or a file, and people see a table', async () => {
    const file = path.join(folder, 'losses.txt');
    await writeFile(file, '[3, 2,\n4]\n');
    const expected =
      'epoch  learning rate\n    0            0.1\n    1            0.1\n    2            0.1\n    3          0.095\n';
    for (const losses of ['3,2,4', file]) {
      const result = await vitrine('schedule', 'loss-rise', '--epochs', '4', '--losses', losses);
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: expected });
    }
  });

  test('one that is none', async () => {
    const result = await vitrine('schedule', 'cosin', '--epochs', '3');
    expect(result).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr:
        'error: NAME: expected one of constant, piecewise, step, multi-step, cosine, one-cycle, reduce-on-plateau, loss-rise, not "cosin".\n',
    });
  });

  test('a file of losses that is not there', async () => {
    const result = await vitrine('schedule', 'loss-rise', '--epochs', '3', '--losses', 'gone.txt');
    expect(result).toMatchObject({
      code: 1,
      stderr:
        'error: Reading the losses gone.txt: there is no such file. Give numbers with commas between, or a file that holds them.\n',
    });
  });
});

describe('training', () => {
  const train = [
    'train',
    'stripes',
    '--model',
    'mycnn',
    '--batch-size',
    '4',
    '--threads',
    '1',
    '--optimizer',
    'adam',
  ];
  let first = '';

  beforeAll(async () => {
    const pictures = path.join(folder, 'pictures');
    await drawFolder(pictures);
    lastLine(await inLab('import', pictures, '--dataset', 'stripes'));
    lastLine(await inLab('split', 'stripes', '--validation', '0.25', '--test', '0'));
  });

  async function settingsOf(run: string): Promise<unknown> {
    const file = path.join(lab, 'runs', run, 'run.json');
    return (JSON.parse(await readFile(file, 'utf8')) as { settings: unknown }).settings;
  }

  test('by flags', async () => {
    const result = await inLab(
      ...[...train, '--epochs', '2', '--lr-table', '0:1e-3,1:5e-4', '--l2-penalty', '0.001'],
      ...['--param-groups', 'conv1.*:lr=1e-4,weight-decay=0', '--param-groups', 'bn?.bias:freeze'],
      ...['--init', 'conv*.weight:kaiming_normal,mode=fan_out', '--init', '*.bias:zeros'],
      '--evaluation-drop-last',
      ...['--evaluation-batch-size', '4'],
    );
    const done = lastLine(result);
    first = done['run'] as string;
    const epochs = jsonLines(result).filter(({ event }) => event === 'epoch');
    expect(epochs.map(({ learningRates }) => learningRates)).toEqual([
      { backbone: 1e-3, head: 1e-3, 'backbone conv1.*': 1e-4 },
      { backbone: 5e-4, head: 5e-4, 'backbone conv1.*': 5e-5 },
    ]);
    expect(await settingsOf(first)).toMatchObject({
      ...{ lr: 1e-3, l2Penalty: 0.001, evaluationDropLast: true, mode: 'full' },
      paramGroups: [
        { pattern: 'conv1.*', lr: 1e-4, weight_decay: 0 },
        { pattern: 'bn?.bias', freeze: true },
      ],
      init: [
        {
          pattern: 'conv*.weight',
          init: { name: 'kaiming_normal', mode: 'fan_out', nonlinearity: 'leaky_relu' },
        },
        { pattern: '*.bias', init: { name: 'zeros' } },
      ],
    });
  });

  test('further epochs of another run, head and all, with a fresh optimizer', async () => {
    const result = await inLab(...train, '--weights', `${first}@1`, '--epochs', '1', '--lr', '0.002');
    const run = lastLine(result)['run'] as string;
    expect(jsonLines(result)[0]).toMatchObject({ event: 'start', headLoaded: true });
    const runs = path.join(lab, 'runs');
    const { tensors: begun } = await readSafetensors(path.join(runs, run, 'initial.safetensors'));
    const { tensors: ended } = await readSafetensors(path.join(runs, first, 'epochs/1.safetensors'));
    for (const [name, { data }] of ended) expect(begun.get(name)?.data, name).toEqual(data);
    expect(ended.size).toBeGreaterThan(8);
    const { epoch } = jsonLines(await inLab('runs'))[0]!['best'] as { epoch: number };
    const again = await inLab(...train, '--weights', first, '--epochs', '1', '--mode', 'head');
    lastLine(again);
    const [last] = jsonLines(await inLab('runs')).slice(-1);
    expect(last).toMatchObject({ weights: first, imageSize: 32 });
    const { tensors: best } = await readSafetensors(
      path.join(lab, 'cache/weights', `${first}@${epoch}.safetensors`),
    );
    expect(best.get('fc.weight')?.dims).toEqual([3, 2048]);
  });

  test('the weights of a run of another network', async () => {
    const { code, stderr } = await inLab('train', 'stripes', '--model', 'resnet18', '--weights', first);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: The weights of the run ${first} are those of mycnn, not of resnet18. Train with --model mycnn.\n`,
    );
  });

  test('an epoch that the run has not', async () => {
    const result = await inLab(...train, '--weights', `${first}@7`, '--epochs', '1');
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(
      `error: The run ${first} has no weights of epoch 7; the epochs it keeps: 1, 2. Choose one with --epoch.\n`,
    );
  });

  test.each([
    [
      ['--init', 'conv9.*:zeros'],
      'Initialising parameters: no parameter of the network fits the pattern "conv9.*"; it has conv1.weight, conv1.bias, bn1.weight, …, fc.weight, fc.bias. In a pattern * stands for any characters and ? for one.',
    ],
    [
      ['--init', 'fc.*:xavier_uniform'],
      'Initialising fc.bias [3] with xavier_uniform: it needs two dimensions or more, for its inputs and outputs. Let the pattern end in the weights of convolutions or linear layers, such as conv*.weight.',
    ],
    [
      ['--param-groups', 'layer1.*:freeze'],
      'Grouping parameters: no parameter of the network fits the pattern "layer1.*"; it has conv1.weight, conv1.bias, bn1.weight, …, fc.weight, fc.bias. In a pattern * stands for any characters and ? for one.',
    ],
    [
      ['--mode', 'head', '--param-groups', 'fc.*:freeze'],
      'The parameter groups freeze all there is to train. Freeze fewer layers, or train more of the network with --mode full.',
    ],
  ])('with %j', async (flags, message) => {
    expect(await messageOf(...train, ...flags)).toBe(message);
  });

  test('and what was refused has left no run', async () => {
    expect(jsonLines(await inLab('runs'))).toHaveLength(3);
  });
});
