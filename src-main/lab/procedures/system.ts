/** Procedures on the installation. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { AUGMENTATION_INFOS } from '../../data/augmentations/parse.ts';
import type { Description } from '../../../src-shared/contract/system.ts';
import type { Architecture } from '../../models/architecture.ts';
import { ARCHITECTURES } from '../../models/index.ts';
import { summarize } from '../../models/summary.ts';
import { CATALOG } from '../../models/weights/catalog.ts';
import { findNetwork } from '../network.ts';
import { weightsFolder } from '../weights.ts';
import { os } from './implementer.ts';

function describe(
  architecture: Architecture,
  classes: number,
  imageSize: number,
): Omit<Description, 'notes'> {
  const { name, paper } = architecture;
  return { name, paper, imageSize, classes, ...summarize(architecture, classes, imageSize) };
}

export const system = {
  machine: os.system.machine.handler(({ context: { lab } }) => lab.machine.read()),

  models: os.system.models.handler(({ context: { lab } }) => ({
    architectures: ARCHITECTURES.map((architecture) => {
      const { classes, imageSize } = architecture;
      const { layers: _, ...description } = describe(architecture, classes, imageSize);
      return description;
    }),
    weights: CATALOG.map(({ name, model, description, licence, imageSize, url, file }) => ({
      ...{ name, model, description, licence, imageSize },
      url: url ?? null,
      available: url === undefined || existsSync(path.join(weightsFolder(lab), file)),
    })),
  })),

  augmentations: os.system.augmentations.handler(() => AUGMENTATION_INFOS),

  describe: os.system.describe.handler(async ({ input: { model, logits, classes, imageSize } }) => {
    const { architecture, notes = [] } = await findNetwork(model, { logits, restoreBatchNorm: false });
    const size = imageSize ?? architecture.imageSize;
    return { ...describe(architecture, classes ?? architecture.classes, size), notes: [...notes] };
  }),

  devices: os.system.devices.handler(async ({ context: { lab } }) => {
    const devices = await lab.compute('devices', null);
    return devices.map((device) => ({ ...device, remedy: device.remedy ?? null }));
  }),
};
