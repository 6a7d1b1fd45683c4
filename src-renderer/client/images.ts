/** Addresses of pictures; the shell that serves the page answers them. */

/** Sides of thumbnails that the lab makes, in pixels. */
export type ThumbnailSize = 96 | 160 | 320 | 640;

/** A sample's picture, no larger than a square of that side. */
export function thumbnailUrl(sample: number, size: ThumbnailSize): string {
  return `/images/samples/${sample}?size=${size}`;
}

/** A sample's whole picture. */
export function pictureUrl(sample: number): string {
  return `/images/samples/${sample}/full`;
}
