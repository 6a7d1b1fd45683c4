/**
 * Samples: `samples/<id>?size=<side>`, no larger than a square of that side, and `samples/<id>/full`. With
 * `v=<beginning of the SHA-256>` the page says which bytes it expects, and may keep the answer.
 */
import { thumbnail, uprightImage } from '../../data/image.ts';
import { readVerified } from '../../data/sample-source.ts';
import type { ListedSample } from '../../data/store/index.ts';
import type { PictureSource } from './picture.ts';

/** Sides of the squares: few, so that nobody can fill the cache with sizes. */
const SIZES = ['96', '160', '320', '640'];

export const samples: PictureSource = async (lab, [id = '', kind = 'small', ...rest], query) => {
  const size = query.get('size') ?? '';
  const isFull = kind === 'full';
  if (!/^[1-9]\d{0,14}$/.test(id) || rest.length > 0) return undefined;
  if (!isFull && (kind !== 'small' || !SIZES.includes(size))) return undefined;
  const sample = lab.store.samples.find(Number(id));
  const immutable = isExpected(sample, query.get('v'));
  if (isFull) {
    const { type, bytes } = await uprightImage(await read(sample), limits(sample));
    return { type, body: bytes, immutable };
  }
  const body = await lab.thumbnails.get(sample.sha256, Number(size), async () =>
    thumbnail(await read(sample), Number(size), limits(sample)),
  );
  return { type: 'image/webp', body, immutable };
};

/** An id may come to mean other bytes, when a file is imported again or a data set is deleted. */
function isExpected({ sha256 }: ListedSample, version: string | null): boolean {
  return version !== null && version.length >= 8 && sha256.startsWith(version);
}

/** Verified: what is kept under a hash has to be that hash's picture. */
function read({ file, sha256 }: ListedSample): Promise<Uint8Array> {
  return readVerified(file, sha256);
}

/** What was imported may be shown, however large it was allowed to be. */
function limits({ path, width, height }: ListedSample): { name: string; maxPixels: number } {
  return { name: path, maxPixels: width * height };
}
