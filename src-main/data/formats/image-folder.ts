/**
 * torchvision's ImageFolder: `<class>/…/image`, or with the splits above the classes,
 * `train|val|valid|validation|test/<class>/…/image`.
 */
import { fromFolderName } from '../class-folders.ts';
import type { Listing } from '../walk.ts';
import type { Split } from '../store/types.ts';
import type { Detection, PathFormat, Placement } from './format.ts';

const SPLIT_FOLDERS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);

export const imageFolder: PathFormat = {
  name: 'image-folder',
  detect,
  place: (listing) => {
    const layout = layoutOf(listing.files);
    return listing.files.map((file) => placeFile(file, layout));
  },
};

/** What lies above the class folders. */
interface Layout {
  /** Folders around everything, which are looked through; empty, or ending in `/`. */
  readonly wrapper: string;
  readonly hasSplits: boolean;
  /** Class folders directly inside it, if there are no splits. */
  readonly classes: number;
}

function detect(listing: Listing): Detection {
  const { wrapper } = layoutOf(listing.files);
  const placed = imageFolder.place(listing).filter((placement) => 'className' in placement);
  if (placed.length === 0) {
    return { matches: false, reason: 'no file lies in a class folder', confidence: 0 };
  }
  const splits = [...new Set(placed.map(({ split }) => split))].filter((split) => split !== null);
  const classes = new Set(placed.map(({ className }) => className?.normalize('NFC')));
  const found = `${placed.length} of ${listing.files.length} files lie in ${count(classes.size, 'class folder')}`;
  const where = splits.length === 0 ? '' : ` below split folders (${splits.join(', ')})`;
  const inside = wrapper === '' ? '' : ` inside the folder "${wrapper.slice(0, -1)}"`;
  const share = placed.length / listing.files.length;
  return {
    matches: true,
    reason: found + where + inside,
    confidence: share * (classes.size > 1 ? 0.9 : 0.5),
  };
}

/** A folder that holds all class folders is no class, though torchvision would make one class of everything. */
function layoutOf(files: readonly string[], wrapper = ''): Layout {
  const below = files.flatMap((file) => (file.startsWith(wrapper) ? [file.slice(wrapper.length)] : []));
  if (usesSplitFolders(below)) return { wrapper, hasSplits: true, classes: 0 };
  const folders = below.map((file) => file.split('/').slice(0, -1)).filter((parts) => parts.length > 0);
  const [top, ...others] = new Set(folders.map(([first]) => first));
  const deeper = folders.filter((parts) => parts.length > 1).length;
  if (top !== undefined && others.length === 0 && deeper > folders.length / 2) {
    const inside = layoutOf(files, `${wrapper}${top}/`);
    if (inside.hasSplits || inside.classes > 1) return inside;
  }
  return { wrapper, hasSplits: false, classes: others.length + 1 };
}

function placeFile(file: string, { wrapper, hasSplits }: Layout): Placement {
  if (!file.startsWith(wrapper)) return { skipped: `it lies outside the folder "${wrapper.slice(0, -1)}"` };
  const [first, second] = file.slice(wrapper.length).split('/').slice(0, -1);
  if (first === undefined) return { skipped: 'it lies in no class folder' };
  if (!hasSplits) return { className: fromFolderName(first), split: null };
  const split = SPLIT_FOLDERS.get(first.toLowerCase());
  if (split === undefined)
    return { skipped: `its folder "${first}" is none of train, val, valid, validation, test` };
  if (second === undefined) return { skipped: 'it lies in no class folder' };
  return { className: fromFolderName(second), split };
}

/** Whether there is a `train` folder of folders, or nothing but split folders of folders. Strays do not count. */
function usesSplitFolders(files: readonly string[]): boolean {
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
