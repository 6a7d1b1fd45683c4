import { readFileSync } from 'node:fs';
import { sha256 } from '../../src-main/base/hash.ts';
import type { Color, PaddingMode, Pixels } from '../../src-main/data/pixels.ts';
import type { AffineChange, WarpInterpolation } from '../../src-main/data/warp.ts';
import { hashes } from '../helpers/seeded.ts';

interface Encoded {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

interface Warped {
  readonly interpolation: WarpInterpolation;
  readonly fill: Color;
  readonly sha256: string;
}

interface Goldens {
  readonly width: number;
  readonly height: number;
  readonly color: readonly (Encoded & { readonly adjust: string; readonly factor: number })[];
  readonly grayscale: Encoded;
  readonly resized: readonly (Encoded & { readonly interpolation: string; readonly to: [number, number] })[];
  readonly resizedCrops: readonly (Encoded & {
    readonly box: [number, number, number, number];
    readonly size: number;
  })[];
  readonly centerCrops: readonly (Encoded & { readonly size: number })[];
  readonly shortSides: readonly {
    readonly from: [number, number];
    readonly size: number;
    readonly to: [number, number];
  }[];
  readonly nearestPlaces: string;
  readonly affines: readonly (AffineChange & Warped)[];
  readonly rotations: readonly (Warped & { readonly angle: number })[];
  readonly pads: readonly {
    readonly padding: number;
    readonly mode: PaddingMode;
    readonly fill: Color;
    readonly sha256: string;
  }[];
  readonly verticalFlip: Encoded;
  readonly erased: string;
  readonly autocontrast: readonly [Encoded, Encoded];
  readonly lowContrast: Encoded;
  readonly blurs: readonly (Encoded & { readonly kernelSize: number; readonly sigma: number })[];
}

/** What Pillow and torchvision made of {@link goldenPicture}: see test/reference/make_augmentation_goldens.py. */
export const goldens = JSON.parse(
  readFileSync(new URL('../reference/golden/augmentations.json', import.meta.url), 'utf8'),
) as Goldens;

/** A golden picture's pixels. */
export function decoded({ width, height, data }: Encoded): Pixels {
  return { width, height, data: Uint8Array.from(Buffer.from(data, 'base64')) };
}

/** The noise that the goldens were made from. */
export function goldenPicture(): Pixels {
  const { width, height } = goldens;
  const data = Uint8Array.from(hashes('augmentations', width * height * 3), (hash) => hash >>> 24);
  return { width, height, data };
}

/** What the script calls a picture's digest. */
export function digest(pixels: Pixels): string {
  return sha256(pixels.data);
}
