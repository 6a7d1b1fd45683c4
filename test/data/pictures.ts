import { encodeImage, type ImageFormat } from '../../src-main/data/image.ts';

/** A small picture's file; another number gives other bytes. */
export async function picture(number: number, format: ImageFormat = 'png', size = 8): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: size * size * 3 }, (_, index) => (number * 37 + index * 11) % 256);
  data.set([number & 255, number >> 8, 7]);
  return encodeImage({ width: size, height: size, data }, format);
}
