/** Folders of small pictures that a network can tell apart. */
import path from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { CounterRandom } from '../../../src-main/base/random.ts';
import { encodeImage } from '../../../src-main/data/image.ts';

/** Side of the pictures: what the tests train at, so that nothing is resampled. */
export const SIDE = 32;

/** Draws `count` pictures a class: horizontal, vertical or diagonal stripes of random colour and phase. */
export async function drawFolder(
  folder: string,
  classes: readonly string[] = ['across', 'down', 'slanted'],
  count = 8,
): Promise<string> {
  for (const [kind, name] of classes.entries()) {
    await mkdir(path.join(folder, name), { recursive: true });
    for (let number = 0; number < count; number++) {
      await writeFile(path.join(folder, name, `${number}.png`), await stripes(kind, number));
    }
  }
  return folder;
}

/** One picture of stripes; the number makes it another one. */
export function stripes(kind: number, number: number): Promise<Uint8Array> {
  const random = new CounterRandom('stripes', kind, number);
  const phase = random.integer(8);
  const colour = [0, 1, 2].map(() => random.between(80, 255));
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const at = [y, x, x + y][kind % 3]! + phase;
      const light = at % 8 < 4 ? 1 : 0.2;
      for (let channel = 0; channel < 3; channel++) {
        data[(y * SIDE + x) * 3 + channel] = Math.round(colour[channel]! * light);
      }
    }
  }
  return encodeImage({ width: SIDE, height: SIDE, data }, 'png');
}
