/** Asking a classifier of another tool, and a run's model card, by the command line. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test, vi } from 'vitest';
import { drawFolder } from './pictures.ts';
import { temporaryFolder } from './temporary.ts';
import { jsonLines, vitrine, type Result } from './vitrine.ts';

// Each command is a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const folder = temporaryFolder();
const pictures = path.join(folder, 'pictures');
const MODEL = fileURLToPath(new URL('../../fixtures/onnx/classifiers/resnet-opset11.onnx', import.meta.url));

function inLab(...args: string[]): Promise<Result> {
  return vitrine(...args, '--lab', path.join(folder, 'lab'));
}

beforeAll(async () => {
  await drawFolder(pictures);
});

test('a folder is predicted picture by picture, and written as a table', async () => {
  const csv = path.join(folder, 'table.csv');
  const result = await inLab(
    'predict',
    MODEL,
    path.join(pictures, 'down'),
    '--top',
    '2',
    '--csv',
    csv,
    '--json',
  );
  expect([result.code, result.stderr]).toEqual([0, '']);
  const lines = jsonLines(result);
  expect(lines.map((line) => path.basename(line['file'] as string))).toEqual(
    Array.from({ length: 8 }, (_, number) => `${number}.png`),
  );
  for (const line of lines) {
    expect(line['top']).toHaveLength(2);
    expect(line['times']).toEqual({
      decode: expect.any(Number) as number,
      inference: expect.any(Number) as number,
    });
  }
  const [header, ...rows] = readFileSync(csv, 'utf8').slice(1).trimEnd().split('\r\n');
  expect(header).toBe(
    '"file","class","probability","class_2","probability_2","error","path","decode_ms","inference_ms"',
  );
  expect(rows).toHaveLength(8);
});

test('what a run is known by becomes a model card', async () => {
  for (const args of [
    ['import', pictures, '--dataset', 'stripes'],
    ['split', 'stripes', '--validation', '0.25', '--test', '0'],
    ['train', 'stripes', '--model', 'birdplane-plain', '--epochs', '1', '--threads', '1', '--device', 'cpu'],
  ]) {
    expect((await inLab(...args)).code).toBe(0);
  }
  const shown = await inLab('card', 'last');
  expect(shown.stdout).toMatch(/^# stripes, birdplane-plain\n/);
  const out = path.join(folder, 'CARD.md');
  expect((await inLab('card', 'last', '--out', out)).stdout).toBe(`Wrote ${out}.\n`);
  expect(readFileSync(out, 'utf8')).toBe(shown.stdout);

  const weights = path.join(folder, 'weights.safetensors');
  expect((await inLab('export', 'last', '--weights-out', weights)).stdout).toBe(`Wrote ${weights}.\n`);
  expect(existsSync(path.join(folder, 'lab/exports'))).toBe(false);
  const exported = jsonLines(await inLab('export', 'last', '--json'))[0]!;
  expect(exported['file']).toBe(path.join(folder, 'lab/exports', exported['download'] as string));
});
