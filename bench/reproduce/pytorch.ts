/** A recipe by PyTorch: `torch_run.py`. */
import { fileURLToPath } from 'node:url';
import { lastLine, runProcess, type TrainOptions } from './process.ts';
import type { Recipe } from './recipes.ts';

const SCRIPT = fileURLToPath(new URL('./torch_run.py', import.meta.url));

/** What PyTorch reached. */
export interface TorchResult {
  /** In percent. */
  readonly accuracy: number;
  readonly torch: string;
}

/**
 * Trains with Debian's PyTorch (`apt-get install python3-torch python3-torchvision libopenblas0`; without OpenBLAS its
 * matrix products take some 25 times as long).
 */
export async function trainWithTorch(
  recipe: Recipe,
  seed: number,
  { data, threads }: TrainOptions,
): Promise<TorchResult> {
  const env = { ...(threads !== undefined && { OMP_NUM_THREADS: threads }) };
  return lastLine(await runProcess('/usr/bin/python3', [SCRIPT, recipe.name, String(seed), data], env));
}
