/** A list of images, `manifest.csv`, that refers to them where they lie, or to copies beside it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatManifest } from '../formats/manifest-rows.ts';
import { copyImages, planCopies } from './copy-images.ts';
import type { Exporter } from './exporter.ts';

export const csvExporter: Exporter = {
  name: 'csv',

  async write(plan) {
    const copies = plan.copy ? planCopies(plan, () => ['images']) : undefined;
    if (copies !== undefined) await copyImages(copies, plan);
    const rows = plan.rows.map(({ file, className, split }, index) => ({
      path: copies?.[index]!.to ?? file,
      label: className,
      split: split ?? '',
    }));
    await writeFile(join(plan.folder, 'manifest.csv'), formatManifest(rows), { flag: 'wx' });
    if (copies === undefined) for (const _ of rows) plan.step();
  },
};
