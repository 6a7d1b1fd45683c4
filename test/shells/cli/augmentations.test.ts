import path from 'node:path';
import { expect, test } from 'vitest';
import { AUGMENTATION_INFOS } from '../../../src-main/data/augmentations/parse.ts';
import { temporaryFolder } from './temporary.ts';
import { start } from './vitrine.ts';

test('augmentations are listed with their parameters, for people and as JSON', async () => {
  const lab = path.join(temporaryFolder(), 'lab');
  const json = await start(['augmentations', '--json', '--lab', lab]).result;
  expect(JSON.parse(json.stdout)).toMatchObject({ augmentations: AUGMENTATION_INFOS });
  const text = (await start(['augmentations', '--lab', lab]).result).stdout;
  for (const { name } of AUGMENTATION_INFOS) expect(text).toMatch(new RegExp(`^${name} `, 'm'));
  expect(text).toContain('hue            0                          a number from 0 to 0.5 or two ascending');
});
