/** Networks from the command line: listed, described, and read from a file. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporary.ts';
import { drawFolder } from './pictures.ts';
import { jsonLines, vitrine, type Result } from './vitrine.ts';

// Each command is a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const lab = path.join(folder, 'lab');
const EXAMPLE = path.resolve(import.meta.dirname, '../../../docs/networks/mycnn.json');

function inLab(...args: string[]): Promise<Result> {
  return vitrine(...args, '--lab', lab);
}

async function line(...args: string[]): Promise<Record<string, unknown>> {
  const result = await inLab(...args, '--json');
  expect(result.stderr).toBe('');
  return jsonLines(result).at(-1)!;
}

test('models lists what each network costs', async () => {
  const { architectures } = await line('models');
  expect(architectures).toContainEqual({
    ...{ name: 'resnet18', paper: 'https://arxiv.org/abs/1512.03385', imageSize: 224, classes: 1000 },
    ...{ parameters: 11_689_512, multiplyAdds: 1_814_073_344 },
  });
  const { stdout } = await inLab('models');
  expect(stdout).toMatch(/^dainet7 +32 +10 +1,149,770 +152\.8 +DaiNet7$/m);
});

test('describe shows a network layer by layer', async () => {
  const { stdout } = await inLab('describe', 'mycnn', '--classes', '3', '--image-size', '20');
  expect(stdout).toBe(
    [
      'mycnn, images of 20 pixels, 3 classes',
      'layer   ops                 output            parameters  multiply-adds',
      'conv1   Conv                N × 16 × 20 × 20         448        172,800',
      'bn1     BatchNormalization  N × 16 × 20 × 20          32              0',
      '        Relu                N × 16 × 20 × 20           0              0',
      'pool1   MaxPool             N × 16 × 10 × 10           0              0',
      'conv2   Conv                N × 32 × 10 × 10       4,640        460,800',
      'bn2     BatchNormalization  N × 32 × 10 × 10          64              0',
      '        Relu                N × 32 × 10 × 10           0              0',
      'pool2   MaxPool             N × 32 × 5 × 5             0              0',
      '        Flatten             N × 800                    0              0',
      'fc      Gemm                N × 3                  2,403          2,400',
      'in all                                             7,587        636,000',
      '',
    ].join('\n'),
  );
});

test('describe shows a file, and says what is wrong with one', async () => {
  expect(await line('describe', EXAMPLE)).toMatchObject({ name: 'mycnn', classes: 10, parameters: 25_674 });
  const wrong = path.join(folder, 'wrong.json');
  writeFileSync(wrong, '{\n  "imageSize": 32\n  "layers": []\n}');
  const { code, stderr } = await inLab('describe', wrong);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `error: Reading the network ${wrong}: line 3, column 3: comma expected. docs/networks.md describes these files, with examples.\n`,
  );
});

test('a network from a file trains, and its run outlives the file', async () => {
  const file = path.join(folder, 'own.json');
  copyFileSync(EXAMPLE, file);
  await line('import', await drawFolder(path.join(folder, 'pictures')), '--dataset', 'stripes');
  await line('split', 'stripes', '--validation', '0.25');
  const done = await line(
    ...['train', 'stripes', '--model', file, '--weights', 'none', '--epochs', '2', '--batch-size', '8'],
    ...['--threads', '1'],
  );
  expect(done).toMatchObject({ event: 'done' });
  rmSync(file);
  const evaluation = await line('evaluate', 'last');
  expect(evaluation).toMatchObject({ classes: ['across', 'down', 'slanted'] });
  const exported = path.join(folder, 'own.onnx');
  await line('export', 'last', '--out', exported);
  expect(readFileSync(exported).length).toBeGreaterThan(20_000);
});
