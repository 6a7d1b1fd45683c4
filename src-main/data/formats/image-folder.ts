/**
 * torchvision's ImageFolder: `<class>/…/image`, or with the splits above the classes,
 * `train|val|valid|validation|test/<class>/…/image`.
 */
import type { Listing } from '../walk.ts';
import type { Split } from '../store/types.ts';
import type { DatasetFormat, Detection, Placement } from './format.ts';

const SPLIT_FOLDERS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);

export const imageFolder: DatasetFormat = {
  name: 'image-folder',
  detect,
  place: (listing) => {
    const hasSplits = usesSplitFolders(listing);
    return listing.files.map((file) => placeFile(file, hasSplits));
  },
};

function detect(listing: Listing): Detection {
  const placed = imageFolder.place(listing).filter((placement) => 'className' in placement);
  if (placed.length === 0) {
    return { matches: false, reason: 'no file lies in a class folder', confidence: 0 };
  }
  const splits = [...new Set(placed.map(({ split }) => split))].filter((split) => split !== null);
  const classes = [...new Set(placed.map(({ className }) => className.normalize('NFC')))];
  const found = `${placed.length} of ${listing.files.length} files lie in ${count(classes.length, 'class folder')}`;
  const where = splits.length === 0 ? '' : ` below split folders (${splits.join(', ')})`;
  const share = placed.length / listing.files.length;
  return {
    matches: true,
    reason: found + where + wrapperAdvice(listing, classes),
    confidence: share * (classes.length > 1 ? 0.9 : 0.5),
  };
}

/** A folder around the class folders makes one class of everything: torchvision's reading, seldom what is meant. */
function wrapperAdvice({ files }: Listing, classes: readonly string[]): string {
  const below = new Set(files.map((file) => file.split('/').slice(0, -1)[1]));
  if (classes.length !== 1 || below.has(undefined) || below.size < 2) return '';
  return `; if the ${below.size} folders inside "${classes[0]}" are the classes, import that folder itself`;
}

function placeFile(file: string, hasSplits: boolean): Placement {
  const folders = file.split('/').slice(0, -1);
  const [first, second] = folders;
  if (first === undefined) return { skipped: 'it lies in no class folder' };
  if (!hasSplits) return { className: first, split: null };
  const split = SPLIT_FOLDERS.get(first.toLowerCase());
  if (split === undefined)
    return { skipped: `its folder "${first}" is none of train, val, valid, validation, test` };
  if (second === undefined) return { skipped: 'it lies in no class folder' };
  return { className: second, split };
}

/** Whether there is a `train` folder of folders, or nothing but split folders of folders. Strays do not count. */
function usesSplitFolders({ files }: Listing): boolean {
  const balance = new Map<string, number>();
  for (const file of files) {
    const [top, ...below] = file.split('/').slice(0, -1);
    if (top !== undefined) balance.set(top, (balance.get(top) ?? 0) + (below.length > 0 ? 1 : -1));
  }
  const tops = [...balance.keys()];
  const splits = tops.filter((top) => SPLIT_FOLDERS.has(top.toLowerCase()) && balance.get(top)! > 0);
  const hasTrain = splits.some((top) => top.toLowerCase() === 'train');
  return hasTrain || (splits.length > 0 && splits.length === tops.length);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
