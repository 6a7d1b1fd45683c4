/** What a user sees when something is wrong: one line with a hint, the exit code, and the same as JSON. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../../../src-main/models/weights/safetensors.ts';
import { float32, type Tensor } from '../../../src-main/onnx/tensor.ts';
import { readSafetensors } from '../../../src-main/models/weights/safetensors.ts';
import { drawFolder, stripes } from './pictures.ts';
import { temporaryFolder } from './temporary.ts';
import { jsonLines, vitrine } from './vitrine.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const lab = path.join(folder, 'lab');
const BUNDLED = path.resolve(import.meta.dirname, '../../../resources/models/resnet18-tiny64.safetensors');

/** Runs a command that must fail, both for people and for programs, and returns its one line. */
async function errorOf(code: number, ...args: string[]): Promise<string> {
  const result = await vitrine(...args, '--lab', lab, '--json');
  expect(result.code).toBe(code);
  const { event, message, hint } = jsonLines(result).at(-1) as Record<string, string | undefined>;
  expect(event).toBe('error');
  expect(result.stderr.split('\n')).toHaveLength(2);
  const ended = /[.!?]$/.test(message!) ? message! : `${message}.`;
  expect(result.stderr).toBe(`error: ${ended}${hint === undefined ? '' : ` ${hint}`}\n`);
  return result.stderr.slice('error: '.length, -1);
}

async function succeed(...args: string[]): Promise<void> {
  const result = await vitrine(...args, '--lab', lab);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
}

describe('usage', () => {
  test('a command that is none', async () => {
    expect(await errorOf(2, 'trian')).toBe(
      "Unknown command 'trian'. Did you mean train? See: vitrine --help",
    );
  });

  test('a flag that is none', async () => {
    expect(await errorOf(2, 'train', 'x', '--learning-rate', '1')).toBe(
      "Unknown option '--learning-rate'. See: vitrine train --help",
    );
  });

  test('a missing argument, and a missing flag', async () => {
    expect(await errorOf(2, 'train')).toBe("Missing required argument 'dataset'. See: vitrine train --help");
    expect(await errorOf(2, 'import', 'x')).toBe(
      "Required option '--dataset <name>' not specified. See: vitrine import --help",
    );
  });

  test.each([
    [['--epochs', '0'], '--epochs: expected a whole number of at least 1, not 0.'],
    [['--epochs', 'ten'], '--epochs: expected a whole number of at least 1, not "ten".'],
    [['--lr', '-1'], '--lr: expected a number above 0, not -1.'],
    [['--mode', 'tail'], '--mode: expected one of head, full, head-then-full, not "tail".'],
    [['--label-smoothing', '1'], '--label-smoothing: expected a number from 0 to less than 1, not 1.'],
    [['--betas', '0.9,x'], '--betas[1]: expected a number from 0 to less than 1, not "x".'],
    [['--betas', '0.9'], '--betas: expected two numbers from 0 to less than 1, not [0.9].'],
    [
      ['--logits', 'y'],
      '--logits is given for the network resnet18, which is no .onnx file: its last layer gives them. Leave --logits out.',
    ],
    [['--class-weights', 'all'], '--class-weights: expected balanced, or numbers above 0, not ["all"].'],
    [
      ['--seed', '-1', '--threads', '1.5'],
      '--seed: expected a whole number from 0 to 4294967295, not -1; --threads: expected a whole number of at least 1, not 1.5.',
    ],
  ])('train with %j', async (flags, message) => {
    expect(await errorOf(2, 'train', 'x', ...flags)).toBe(message);
  });

  test('help is for standard output and a success; no command at all is none', async () => {
    for (const args of [['--help'], ['help', 'train'], ['train', '--help']]) {
      const help = await vitrine(...args);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(/^Usage: vitrine/);
    }
    expect(await vitrine()).toMatchObject({ code: 2, stdout: '' });
  });

  test('only --debug shows a stack', async () => {
    const quiet = await vitrine('split', 'x', '--lab', lab);
    expect(quiet.stderr.split('\n')).toHaveLength(2);
    const loud = await vitrine('split', 'x', '--lab', lab, '--debug');
    expect(loud.stderr).toMatch(/\n {4}at /);
  });
});

describe('data sets', () => {
  test('a folder that is not there', async () => {
    const gone = path.join(folder, 'gone');
    expect(await errorOf(1, 'import', gone, '--dataset', 'x')).toContain(gone);
  });

  test('no image', async () => {
    const empty = path.join(folder, 'empty');
    await mkdir(empty);
    expect(await errorOf(1, 'import', empty, '--dataset', 'x')).toBe(
      `No image could be read from ${empty}: it holds no file. JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.`,
    );
    const texts = path.join(folder, 'texts');
    await mkdir(path.join(texts, 'a'), { recursive: true });
    await writeFile(path.join(texts, 'a', 'note.jpg'), 'hello');
    expect(await errorOf(1, 'import', texts, '--dataset', 'x')).toBe(
      `No image could be read from ${texts}: skipped were 1 × it is no picture; it begins with the bytes 68 65 6c 6c. JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.`,
    );
  });

  test('one image', async () => {
    const one = path.join(folder, 'one');
    await mkdir(path.join(one, 'across'), { recursive: true });
    await writeFile(path.join(one, 'across', '0.png'), await stripes(0, 0));
    await succeed('import', one, '--dataset', 'one');
    expect(await errorOf(1, 'train', 'one')).toBe(
      'The data set "one" has only one class: its only usable image belongs to "across". At least two are needed. Import the folder that holds the class folders, not one of them, or add images of another class.',
    );
    expect(await errorOf(1, 'split', 'one')).toBe(
      'A validation share of 0.2 of the 1 usable images in the data set "one" gives no image. Ask for a larger share, import more images, or ask for none with --validation 0.',
    );
  });

  test('one class', async () => {
    await succeed('import', await drawFolder(path.join(folder, 'same'), ['across'], 3), '--dataset', 'same');
    expect(await errorOf(1, 'train', 'same')).toBe(
      'The data set "same" has only one class: all 3 usable images belong to "across". At least two are needed. Import the folder that holds the class folders, not one of them, or add images of another class.',
    );
  });

  test('a data set, a run and a model that nobody knows', async () => {
    expect(await errorOf(1, 'train', 'birds')).toBe(
      'There is no data set "birds": the lab has "one", "same". Import a folder of images with: vitrine import PATH --dataset NAME',
    );
    expect(await errorOf(1, 'evaluate', 'last')).toBe(
      'Looking for the run "last": there is none. The lab has no runs yet.',
    );
    expect(await errorOf(1, 'predict', 'gone.onnx', 'x.png')).toBe(
      'Reading the model gone.onnx: there is no such file. Give an exported .onnx file, or a run from the list of: vitrine runs',
    );
  });
});

describe('labels', () => {
  test('are changed by paths, logged and undone', async () => {
    await succeed('import', await drawFolder(path.join(folder, 'pair'), ['a', 'b'], 2), '--dataset', 'pair');
    const first = await vitrine('label', 'pair', 'a/0.png', '--as', 'b', '--lab', lab, '--json');
    expect(jsonLines(first)).toEqual([{ event: 'done', changed: 1 }]);
    await succeed('label', 'pair', '--undo');
    const history = jsonLines(await vitrine('label', 'pair', '--history', '--lab', lab, '--json'));
    expect(history).toMatchObject([
      { kind: 'edit', what: 'label', from: 'a', to: 'b' },
      { kind: 'undo', what: 'label', from: 'b', to: 'a' },
    ]);
  });

  test('want one change, of images that are there, to a class that is known', async () => {
    expect(await errorOf(2, 'label', 'pair', 'a/0.png')).toBe(
      'Expected one change, not 0: --as CLASS, --clear, --exclude, --include, --flag or --unflag. See: vitrine label --help',
    );
    expect(await errorOf(2, 'label', 'pair', '--flag')).toBe(
      'Expected at least one image. See: vitrine label --help',
    );
    expect(await errorOf(1, 'label', 'pair', '0.png', '--flag')).toBe(
      `Looking for "0.png" among the samples of the data set "pair": found 2, such as ${path.join(folder, 'pair/a/0.png')}. Give the path of the file, or enough of its end to fit one sample only.`,
    );
    expect(await errorOf(1, 'label', 'pair', 'a/0.png', '--as', 'c')).toBe(
      'The data set "pair" has no class "c": its classes are a, b. Check the spelling, or ask for a new class on purpose.',
    );
  });
});

describe('weights', () => {
  const train = ['train', 'fit', '--mode', 'head', '--image-size', '32', '--weights'];

  beforeAll(async () => {
    await succeed('import', await drawFolder(path.join(folder, 'fit'), ['a', 'b'], 4), '--dataset', 'fit');
    await succeed('split', 'fit', '--validation', '0.25', '--test', '0');
  });

  test('that are not there', async () => {
    expect(await errorOf(1, ...train, 'resnet')).toMatch(
      /^There are no weights 'resnet': neither a file nor a known name\. Known names: bundled, imagenet\./,
    );
  });

  test('cut off', async () => {
    const file = path.join(folder, 'short.safetensors');
    await writeFile(file, (await readFile(BUNDLED)).subarray(0, 1_000_000));
    expect(await errorOf(1, ...train, file)).toMatch(
      new RegExp(
        `^Reading weights from ${file} failed: it is truncated: tensor \\S+ ends at byte \\d+ of the data, of which there are \\d+\\. The file is damaged or incomplete: get it again from where it came\\.$`,
      ),
    );
  });

  test('of another shape', async () => {
    const file = path.join(folder, 'shape.safetensors');
    const { tensors } = await readSafetensors(BUNDLED);
    const changed = new Map<string, Tensor>([...tensors, ['bn1.bias', float32([3], [1, 2, 3])]]);
    changed.delete('conv1.weight');
    await writeSafetensors(file, changed, {});
    expect(await errorOf(1, ...train, file)).toBe(
      'The weights do not fit the network: missing: conv1.weight; of another shape: bn1.bias (expected [64], found [3]). Choose the model that these weights were made for, or other weights.',
    );
  });

  test('whose pickle would run a command', async () => {
    const file = path.resolve(import.meta.dirname, '../../fixtures/weights/command.pth');
    expect(await errorOf(1, ...train, file)).toBe(
      `Reading weights from ${file} failed: the pickle names posix.system, which weights do not need; nothing of it was run. If you trust the file, open it in Python and save the model.state_dict() alone, best as safetensors.`,
    );
  });

  test('leave no run behind', async () => {
    expect(jsonLines(await vitrine('runs', '--lab', lab, '--json'))).toEqual([]);
  });
});

describe('evaluation', () => {
  test('on a folder with a class that the run does not know', async () => {
    await succeed(
      'train',
      'fit',
      '--mode',
      'head',
      '--epochs',
      '1',
      '--image-size',
      '32',
      '--augment',
      'none',
    );
    const other = await drawFolder(path.join(folder, 'other'), ['a', 'bird'], 1);
    expect(await errorOf(1, 'evaluate', 'last', '--data', other)).toBe(
      `The folder ${other} has the class "bird" (${path.join(other, 'bird/0.png')}), expected only "a", "b". Rename or move the images of that class, so that only the expected classes are left.`,
    );
  });

  test('on a split that is empty', async () => {
    expect(await errorOf(1, 'evaluate', 'last', '--split', 'test')).toMatch(
      /^Evaluating the run \S+: its test split is empty\. The run has 6 images in train, 2 images in validation; --data takes any other folder\.$/,
    );
  });

  test('resuming a finished run', async () => {
    expect(await errorOf(1, 'resume', 'last')).toMatch(/^The run \S+ has finished its 1 epochs\./);
  });
});

test('a demo replaces nothing but an earlier demo', async () => {
  const taken = path.join(folder, 'taken');
  await mkdir(taken);
  await writeFile(path.join(taken, 'thesis.txt'), 'mine');
  const result = await vitrine('demo', '--out', taken);
  expect(result.code).toBe(1);
  expect(result.stderr).toBe(
    `error: The folder ${taken} is not empty and holds no earlier demo. Choose another with --out.\n`,
  );
  expect(await readFile(path.join(taken, 'thesis.txt'), 'utf8')).toBe('mine');
});
