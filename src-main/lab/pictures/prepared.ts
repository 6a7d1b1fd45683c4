/**
 * What a network is fed: `batches/<token>/<number>` and `augment/<token>/<number>`, pictures that a preview has just
 * made, pixel by pixel as they are fed.
 */
import { encodeImage } from '../../data/image.ts';
import type { PictureSource } from './picture.ts';

export const prepared: PictureSource = async (lab, [token = '', number = '', ...rest]) => {
  if (!/^\d{1,5}$/.test(number) || rest.length > 0) return undefined;
  const pixels = lab.prepared.find(token, Number(number));
  if (pixels === undefined) return undefined;
  // Lossless: every pixel is what the network sees.
  return { type: 'image/png', body: await encodeImage(pixels, 'png'), immutable: true };
};
