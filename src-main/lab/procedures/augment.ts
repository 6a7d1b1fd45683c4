/** Procedures on augmentation. */
import { previewAugmentation } from '../augment-preview.ts';
import { os } from './implementer.ts';

export const augment = {
  preview: os.augment.preview.handler(({ context: { lab }, input, signal }) =>
    previewAugmentation(lab, input, signal),
  ),
};
