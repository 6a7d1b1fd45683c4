/** torchvision's ImageFolder: copies in `<class>/`, or in `train|val|test/<class>/` when there are splits. */
import type { Split } from '../store/types.ts';
import { copyImages, planCopies } from './copy-images.ts';
import type { Exporter } from './exporter.ts';

const FOLDERS: Readonly<Record<Split, string>> = { train: 'train', validation: 'val', test: 'test' };

export const imageFolderExporter: Exporter = {
  name: 'image-folder',

  async write(plan) {
    const hasSplits = plan.rows.some(({ split }) => split !== null);
    // Beside split folders there is no other place for what has no split; without a split all is for training.
    const above = hasSplits
      ? (split: Split | null): string[] => [FOLDERS[split ?? 'train']]
      : (): string[] => [];
    await copyImages(
      planCopies(plan, ({ split }) => above(split)),
      plan,
    );
  },
};
