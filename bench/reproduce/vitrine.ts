/** A recipe by Vitrine's own command line, as a user would type it. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runtimeVersion } from '../../src-main/runtime/session.ts';
import { lastLine, runProcess, type TrainOptions } from './process.ts';
import type { Recipe } from './recipes.ts';

const MAIN = path.resolve(import.meta.dirname, '../../src-main/shells/cli/main.ts');
const LAB = path.resolve(import.meta.dirname, '../../test-output/reproduce');

/** The version of what computed. */
export const software = `onnxruntime ${runtimeVersion()}`;

/** Trains in a lab of its own under `test-output/` and gives the test accuracy in percent. */
export async function trainWithVitrine(
  recipe: Recipe,
  seed: number,
  { data, threads }: TrainOptions,
): Promise<number> {
  const lab = path.join(LAB, `${recipe.name}-${seed}`);
  rmSync(lab, { recursive: true, force: true });
  mkdirSync(lab, { recursive: true });
  const vitrine = (...args: string[]): Promise<string> =>
    runProcess(process.execPath, [MAIN, ...args, '--lab', lab, '--json']);
  const classes = recipe.classes ? ['--classes', recipe.classes.join(',')] : [];
  await vitrine('import', data, '--dataset', 'data', ...classes);
  let weights = 'none';
  for (const [index, phase] of recipe.phases.entries()) {
    // Seeds of its own, or the phase would see the first one's order and augmentations again.
    const given = { seed: seed + 1000 * index, weights, ...(threads !== undefined && { threads }) };
    const output = await vitrine('train', 'data', ...trainFlags(recipe, phase), ...flags(given));
    weights = lastLine<{ run: string }>(output).run;
  }
  const result = lastLine<{ accuracy: number }>(await vitrine('evaluate', weights, '--split', 'test'));
  rmSync(lab, { recursive: true, force: true });
  return 100 * result.accuracy;
}

function trainFlags(recipe: Recipe, { epochs, lr }: Recipe['phases'][number]): string[] {
  const { model, batchSize, optimizer, betas, weightDecay = 0, l2Penalty, augment, mean, std } = recipe;
  const given = {
    ...{ model, mode: 'full', 'image-size': 32, augment, mean: mean.join(), std: std.join(), epochs },
    ...{ 'batch-size': batchSize, optimizer, lr, 'backbone-lr': lr, momentum: 0, schedule: 'constant' },
    ...{ 'weight-decay': weightDecay, 'keep-epochs': 'best', 'checkpoint-seconds': 600 },
    ...(betas && { betas: betas.join() }),
    ...(l2Penalty !== undefined && { 'l2-penalty': l2Penalty }),
  };
  return [
    ...flags(given),
    ...(recipe.dropLast
      ? ['--drop-last', '--evaluation-drop-last', '--evaluation-batch-size', String(batchSize)]
      : []),
  ];
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
