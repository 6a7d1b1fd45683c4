/** What a data set's format is: how to recognise it in a list of files, and what each file's path says. */
import type { Listing } from '../walk.ts';
import type { Split } from '../store/types.ts';

/** Names of the formats, as the user gives them. */
export type FormatName = 'image-folder' | 'kaggle';

/** Whether a listing has a format, why, and how sure that is (0 to 1). */
export interface Detection {
  readonly matches: boolean;
  /** A full clause for the user, such as `every image lies in one of 2 class folders`. */
  readonly reason: string;
  readonly confidence: number;
}

/** What a path says about the image in it, or why the format has no place for it. */
export type Placement =
  { readonly className: string; readonly split: Split | null } | { readonly skipped: string };

/** One format. */
export interface DatasetFormat {
  readonly name: FormatName;
  detect(listing: Listing): Detection;
  /** Class and split of each of `listing.files`, in their order. */
  place(listing: Listing): Placement[];
}
