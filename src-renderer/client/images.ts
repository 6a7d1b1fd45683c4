/**
 * Addresses of pictures; the shell that serves the page answers them. With the SHA-256 of the bytes that are
 * expected, the browser may keep the picture.
 */

/** Sides of thumbnails that the lab makes, in pixels. */
export type ThumbnailSize = 96 | 160 | 320 | 640;

/** A sample's picture, no larger than a square of that side. */
export function thumbnailUrl(sample: number, size: ThumbnailSize, sha256?: string): string {
  return `/images/samples/${sample}?size=${size}${version('&', sha256)}`;
}

/** A sample's whole picture. */
export function pictureUrl(sample: number, sha256?: string): string {
  return `/images/samples/${sample}/full${version('?', sha256)}`;
}

function version(sign: '?' | '&', sha256: string | undefined): string {
  return sha256 === undefined ? '' : `${sign}v=${sha256.slice(0, 16)}`;
}

/** The picture of a file that a network was asked about: the job's id, and the file's place in it. */
export function predictedUrl(job: string, index: number, size: ThumbnailSize): string {
  return `/images/files/${job}/${index}?size=${size}`;
}

/** A picture that a preview has made, by the address that came with it. */
export function preparedUrl(picture: string): string {
  return `/images/${picture}`;
}
