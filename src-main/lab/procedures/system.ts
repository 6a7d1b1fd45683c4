/** Procedures on the installation. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { AUGMENTATION_INFOS } from '../../data/augmentations/parse.ts';
import { ARCHITECTURES } from '../../models/index.ts';
import { CATALOG } from '../../models/weights/catalog.ts';
import { weightsFolder } from '../weights.ts';
import { os } from './implementer.ts';

export const system = {
  models: os.system.models.handler(({ context: { lab } }) => ({
    architectures: ARCHITECTURES.map(({ name, imageSize }) => ({ name, imageSize })),
    weights: CATALOG.map(({ name, model, description, licence, imageSize, url, file }) => ({
      ...{ name, model, description, licence, imageSize },
      url: url ?? null,
      available: url === undefined || existsSync(path.join(weightsFolder(lab), file)),
    })),
  })),

  augmentations: os.system.augmentations.handler(() => AUGMENTATION_INFOS),

  devices: os.system.devices.handler(async ({ context: { lab } }) => {
    const devices = await lab.compute('devices', null);
    return devices.map((device) => ({ ...device, remedy: device.remedy ?? null }));
  }),
};
