/** A classifier that PyTorch exported, trained, used and exported again by the command line. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeModel } from '../../../src-main/onnx/decode.ts';
import { int64 } from '../../../src-main/onnx/tensor.ts';
import { classifierBytes, FIRST, PARAMETERS, tailFrom } from '../../models/imported/networks.ts';
import type { NodeInit } from '../../onnx/import/models.ts';
import { drawFolder } from './pictures.ts';
import { temporaryFolder } from './temporary.ts';
import { jsonLines, start, vitrine, type Result } from './vitrine.ts';

// Many commands one after the other, each a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const pictures = path.join(folder, 'pictures');
const lab = path.join(folder, 'lab');
const SMALL = ['--batch-size', '8', '--threads', '1', '--augment', 'none'];

function inLab(...args: string[]): Promise<Result> {
  return vitrine(...args, '--lab', lab, '--json');
}

function lastLine(result: Result): Record<string, unknown> {
  expect(result).toMatchObject({ code: 0, signal: null });
  return jsonLines(result).at(-1)!;
}

function network(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/onnx/classifiers/${name}.onnx`, import.meta.url));
}

beforeAll(async () => {
  await drawFolder(pictures);
  lastLine(await inLab('import', pictures, '--dataset', 'stripes'));
  lastLine(await inLab('split', 'stripes', '--validation', '0.25', '--test', '0.25'));
});

describe('a MobileNet from PyTorch', () => {
  const copy = path.join(folder, 'mobilenet.onnx');
  let run = '';

  test('is described with how it was understood', async () => {
    const file = network('mobilenet-v2-training-opset12');
    expect(lastLine(await inLab('describe', file))['notes']).toEqual([
      expect.stringContaining(
        'the layer "/classifier/classifier.1/Gemm" (Gemm, 10 classes) is replaced by a new one',
      ),
      expect.stringContaining('does not say how its pixels are normalised'),
    ]);
  });

  test('is trained, and says how it was understood', async () => {
    copyFileSync(network('mobilenet-v2-training-opset12'), copy);
    const result = await inLab(
      'train',
      'stripes',
      '--model',
      copy,
      '--epochs',
      '2',
      '--head-epochs',
      '1',
      ...SMALL,
    );
    run = lastLine(result)['run'] as string;
    expect(result.stderr).toBe(
      'note: mobilenet.onnx: the layer "/classifier/classifier.1/Gemm" (Gemm, 10 classes) is replaced by a new one.\n' +
        "note: mobilenet.onnx does not say how its pixels are normalised: ImageNet's mean and deviation are used unless --mean and --std say otherwise.\n",
    );
    const lines = jsonLines(result);
    expect(lines.filter(({ event }) => event === 'epoch').map(({ phase }) => phase)).toEqual([
      ...['head', 'full', 'full'],
    ]);
    expect(jsonLines(await inLab('runs')).at(-1)).toMatchObject({ imageSize: 32, model: copy });
  });

  test('is evaluated, and exported both ways with parity', async () => {
    expect(lastLine(await inLab('evaluate', run, '--split', 'test'))).toMatchObject({ count: 6 });
    for (const input of ['tensor', 'image']) {
      const out = path.join(folder, `${input}.onnx`);
      const report = lastLine(await inLab('export', run, '--out', out, '--input', input));
      expect(report).toMatchObject({ file: out, parity: { images: 6, argmaxAgreement: 1 } });
    }
  });

  test('goes on from its own export with the same head', async () => {
    const file = path.join(folder, 'image.onnx');
    const args = ['train', 'stripes', '--model', file, '--mode', 'head', '--epochs', '1', '--lr', '1e-9'];
    const again = lastLine(await inLab(...args, ...SMALL))['run'] as string;
    const picture = path.join(pictures, 'down/1.png');
    const [before, after] = [await inLab('predict', run, picture), await inLab('predict', again, picture)];
    const [expected, found] = [before, after].map((result) => lastLine(result)['logits'] as number[]);
    found!.forEach((logit, i) => expect(Math.abs(logit - expected![i]!)).toBeLessThan(1e-3));
  });

  test('is resumed from the copy that the run keeps', async () => {
    const args = ['train', 'stripes', '--model', copy, '--mode', 'full', '--epochs', '100000', ...SMALL];
    const training = start([...args, '--lab', lab, '--json']);
    await training.until('"event":"epoch"');
    training.child.kill('SIGINT');
    expect((await training.result).code).toBe(130);
    // What lies at the path by now is another network.
    copyFileSync(network('squeezenet-opset9'), copy);
    const resumed = start(['resume', 'last', '--lab', lab, '--json']);
    await resumed.until('"event":"epoch"');
    resumed.child.kill('SIGINT');
    const lines = jsonLines(await resumed.result);
    expect(lines.at(-1)).toMatchObject({ event: 'done', status: 'stopped' });
  });
});

describe('a ResNet whose batch normalisation was folded away', () => {
  const file = network('resnet-opset11');
  const args = ['train', 'stripes', '--restore-batch-norm', '--mode', 'full', '--epochs', '1'];

  test('is trained with it, and exported with parity', async () => {
    const result = await inLab(...args, '--model', file, '--image-size', '32', ...SMALL);
    const run = lastLine(result)['run'] as string;
    expect(result.stderr).toContain(
      'note: resnet-opset11.onnx: batch normalisation is put back behind 12 convolutions with a bias.\n',
    );
    const out = path.join(folder, 'restored.onnx');
    const report = lastLine(await inLab('export', run, '--out', out, '--input', 'tensor'));
    expect(report).toMatchObject({ parity: { images: 6, argmaxAgreement: 1 } });
    const norms = decodeModel(readFileSync(out)).graph.nodes.filter(
      ({ opType }) => opType === 'BatchNormalization',
    );
    expect(norms).toHaveLength(12);
  });

  test('a network of the lab has nothing to restore', async () => {
    const refused = await vitrine('train', 'stripes', '--restore-batch-norm', '--lab', lab);
    expect(refused).toMatchObject({
      code: 2,
      stderr:
        'error: --restore-batch-norm is given for the network resnet18, which is no .onnx file: nothing has been folded in it. Leave --restore-batch-norm out.\n',
    });
  });
});

describe('an op without a gradient', () => {
  const file = path.join(folder, 'reflecting.onnx');

  test('is told before there is a run, and does no harm below a frozen part', async () => {
    const nodes: NodeInit[] = [FIRST, ['Pad', ['h', 'pads'], ['i'], { mode: 'reflect' }], ...tailFrom('i')];
    writeFileSync(
      file,
      classifierBytes({ nodes, constants: { ...PARAMETERS, pads: int64([0, 0, 1, 1, 0, 0, 1, 1]) } }),
    );
    const before = jsonLines(await inLab('runs')).length;
    const refused = await vitrine('train', 'stripes', '--model', file, '--lab', lab);
    expect(refused).toMatchObject({
      code: 1,
      stderr:
        'error: Node "the_Pad/Pad" (Pad) has no gradient: mode "reflect" is not constant. ' +
        'Freeze the layers below it, or replace it by ops that have one (docs/ops.md lists them).\n',
    });
    expect(jsonLines(await inLab('runs')).length).toBe(before);
    const head = ['--mode', 'head', '--epochs', '1', ...SMALL];
    expect(lastLine(await inLab('train', 'stripes', '--model', file, ...head))).toMatchObject({
      status: 'finished',
    });
  });
});
