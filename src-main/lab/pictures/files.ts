/**
 * Files that a network was asked about: `files/<job>/<index>?size=<pixels>`. Only what a prediction job was given is
 * shown, never a path.
 */
import { thumbnail } from '../../data/image.ts';
import type { PictureSource } from './picture.ts';

/** Sides of pictures that a page can ask for. */
const SIZES = { min: 16, usual: 160, max: 2048 } as const;

export const files: PictureSource = async (lab, [job = '', index = '', ...rest], query) => {
  const row = lab.predictions.find(job)?.rows[Number(index)];
  if (row === undefined || rest.length > 0) return undefined;
  const size = Number(query.get('size') ?? SIZES.usual);
  if (!Number.isInteger(size) || size < SIZES.min || size > SIZES.max) return undefined;
  // The file may be replaced while its job is remembered.
  return { type: 'image/webp', body: await thumbnail(row.file, size), immutable: false };
};
