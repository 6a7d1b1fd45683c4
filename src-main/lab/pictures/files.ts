/**
 * Files that a network was asked about: `files/<job>/<index>?size=<pixels>`. Only what a prediction job was given is
 * shown, never a path.
 */
import { thumbnail } from '../../data/image.ts';
import type { PictureSource } from './picture.ts';

/** Sides of pictures, as of samples. */
const SIZES = ['96', '160', '320', '640'];

export const files: PictureSource = async (lab, [job = '', index = '', ...rest], query) => {
  const row = lab.predictions.find(job)?.rows[Number(index)];
  const size = query.get('size') ?? '';
  if (row === undefined || rest.length > 0 || !SIZES.includes(size)) return undefined;
  // The file may be replaced while its job is remembered.
  return { type: 'image/webp', body: await thumbnail(row.file, Number(size)), immutable: false };
};
