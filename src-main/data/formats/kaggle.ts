/** Kaggle's Dogs vs Cats: all images in one folder, each named `<class>.<number>.<extension>`. */
import { dirname } from 'node:path/posix';
import type { Listing } from '../walk.ts';
import type { Detection, PathFormat, Placement } from './format.ts';

const NAME = /^(.*[^.])\.[0-9]+\.[A-Za-z0-9]+$/;

/** Fewer well-named files than this share are taken for chance. */
const MINIMUM_SHARE = 0.5;

export const kaggle: PathFormat = {
  name: 'kaggle',
  detect,
  place: (listing) => {
    const { folder } = mainFolder(listing);
    return listing.files.map((file) => placeFile(file, folder));
  },
};

function detect(listing: Listing): Detection {
  const { folder, named, classes } = mainFolder(listing);
  const neighbours = listing.files.filter((file) => dirname(file) === folder).length;
  const where = folder === '.' ? 'the folder' : `the folder "${folder}"`;
  const reason = `${named} of ${neighbours} files in ${where} are named CLASS.NUMBER.EXTENSION`;
  if (named === 0 || named / neighbours < MINIMUM_SHARE) return { matches: false, reason, confidence: 0 };
  // One class per folder is an ImageFolder whose files were named for their class as well.
  const holdsMost = listing.files.length - neighbours < named;
  return {
    matches: true,
    reason,
    confidence: (named / neighbours) * (holdsMost && classes > 1 ? 0.95 : 0.3),
  };
}

/** The folder with the most well-named files, their number and that of their classes. */
function mainFolder({ files }: Listing): { folder: string; named: number; classes: number } {
  const folders = new Map<string, { named: number; classes: Set<string> }>();
  for (const file of files) {
    const className = classOf(file);
    if (className === undefined) continue;
    const folder = folders.get(dirname(file)) ?? { named: 0, classes: new Set() };
    folder.named++;
    folder.classes.add(className);
    folders.set(dirname(file), folder);
  }
  const [largest] = [...folders].sort(([, a], [, b]) => b.named - a.named);
  if (largest === undefined) return { folder: '.', named: 0, classes: 0 };
  const [folder, { named, classes }] = largest;
  return { folder, named, classes: classes.size };
}

function placeFile(file: string, folder: string): Placement {
  if (dirname(file) !== folder) return { skipped: 'it lies outside the folder of the named images' };
  const className = classOf(file);
  if (className === undefined) return { skipped: 'its name does not read CLASS.NUMBER.EXTENSION' };
  return { className, split: null };
}

function classOf(file: string): string | undefined {
  return NAME.exec(file.slice(file.lastIndexOf('/') + 1))?.[1];
}
