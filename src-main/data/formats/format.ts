/** What a data set's format is: how to recognise it in a list of files, and how to find the images in them. */
import type { Pixels } from '../pixels.ts';
import type { Source } from '../source.ts';
import type { Split } from '../store/types.ts';
import type { Listing, Skipped } from '../walk.ts';

/** Names of the formats, as the user gives them. */
export const FORMAT_NAMES = [
  ...(['image-folder', 'kaggle', 'manifest', 'cifar-10', 'cifar-100', 'cifar-100-coarse'] as const),
  ...(['mnist', 'fashion-mnist', 'unlabelled'] as const),
] as const;

/** One of {@link FORMAT_NAMES}. */
export type FormatName = (typeof FORMAT_NAMES)[number];

/** Whether a listing has a format, why, and how sure that is (0 to 1). */
export interface Detection {
  readonly matches: boolean;
  /** A full clause for the user, such as `every image lies in one of 2 class folders`. */
  readonly reason: string;
  readonly confidence: number;
}

interface Recognised {
  readonly name: FormatName;
  /** Judges by the names of the files alone. */
  detect(listing: Listing): Detection;
}

/** What a path says about the image in it (no class: null), or why the format has no place for it. */
export type Placement =
  { readonly className: string | null; readonly split: Split | null } | { readonly skipped: string };

/** A format whose paths say everything. */
export interface PathFormat extends Recognised {
  /** Class and split of each of `listing.files`, in their order. */
  place(listing: Listing): Placement[];
}

/** An image's own file. */
export interface ListedImage {
  /** Relative to the source's root, or absolute. */
  readonly file: string;
  readonly className: string;
  readonly split: Split | null;
}

/** A format with a list of its images. */
export interface ListFormat extends Recognised {
  /** @throws LabError `FORMAT_MALFORMED` */
  list(source: Source): Promise<{ images: ListedImage[]; skipped: Skipped[]; used: string[] }>;
}

/** An image inside a larger file. */
export interface ImageRecord {
  /** Where, below the source's root: `data_batch_1.bin/17`. */
  readonly file: string;
  readonly className: string;
  readonly split: Split | null;
  readonly pixels: Pixels;
}

/** Images that are no files of their own. */
export interface RecordSet {
  /** Every class, also one without an image. */
  readonly classes: readonly string[];
  /** Images; null when only reading tells. */
  readonly total: number | null;
  /** Files of the source that were read, or will be. */
  readonly used: readonly string[];
  /** @throws LabError `FORMAT_MALFORMED` */
  read(): AsyncIterable<ImageRecord>;
}

/** A format that keeps many images in one file. */
export interface RecordFormat extends Recognised {
  /** @throws LabError `FORMAT_MALFORMED` */
  records(source: Source): Promise<RecordSet>;
}

/** One format. */
export type DatasetFormat = PathFormat | ListFormat | RecordFormat;
