/** A list of images with their labels, as CSV (or TSV) or JSON lines: path, label, and optionally the split. */
import { access } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { basename, dirname, join as joinPosix } from 'node:path/posix';
import { isManifestName, readSourceFile, type Source } from '../source.ts';
import type { Split } from '../store/types.ts';
import type { Listing, Skipped } from '../walk.ts';
import type { Detection, ListedImage, ListFormat } from './format.ts';
import { parseManifest, type ManifestRow } from './manifest-rows.ts';

export const manifest: ListFormat = {
  name: 'manifest',
  detect,

  async list(source) {
    const file = findManifest(source.listing)!;
    const path = join(source.listing.root, file);
    const rows = parseManifest(path, await readSourceFile(source, file));
    const images: ListedImage[] = [];
    const skipped: Skipped[] = [];
    const seen = new Set<string>();
    const members = new Set(source.listing.files);
    for (const row of rows) {
      const image = place(row, file, source);
      const at = resolve(source.listing.root, image.file);
      const reason = seen.has(at)
        ? 'it is listed twice; its first row counts'
        : (image.reason ?? (await missing(source, members, image.file)));
      seen.add(at);
      if (reason === undefined) images.push({ file: image.file, className: row.label, split: image.split });
      else skipped.push({ path: at, reason });
    }
    return { images, skipped, used: [file] };
  },
};

/** Less than that of class folders, beside which a list is often only a copy of what they say. */
const CONFIDENCE = 0.6;

/** A list of this name was made to be read. */
const CERTAIN = /^manifest\.[a-z]+$/i;

function detect(listing: Listing): Detection {
  const file = findManifest(listing);
  if (file !== undefined) {
    const confidence = CERTAIN.test(file) ? 1 : CONFIDENCE;
    return { matches: true, reason: `${file} lists the images`, confidence };
  }
  const found = listing.others.filter(isManifestName);
  const reason =
    found.length === 0 ? 'there is no .csv or .jsonl file' : `${found.length} files could be the list`;
  return { matches: false, reason, confidence: 0 };
}

const USUAL_NAMES = /^(annotations|labels|manifest|metadata)\./i;

/** The only list in the outermost folder that has one, or the only one there with a usual name. */
function findManifest({ others }: Listing): string | undefined {
  const all = others.filter(isManifestName);
  const depth = (file: string): number => file.split('/').length;
  const outermost = all.filter((file) => depth(file) === Math.min(...all.map(depth)));
  const usual = outermost.filter((file) => USUAL_NAMES.test(basename(file)));
  return [outermost, usual].find(({ length }) => length === 1)?.[0];
}

interface Place {
  readonly file: string;
  readonly split: Split | null;
  /** Why it is skipped. */
  readonly reason?: string;
}

function place({ path, label, split }: ManifestRow, list: string, { hasFiles }: Source): Place {
  // Lists made on Windows; on other systems backslashes are hardly ever part of a name.
  const portable = path.includes('/') ? path : path.replaceAll('\\', '/');
  const file = hasFiles ? join(dirname(list), portable) : joinPosix(dirname(list), portable);
  const absolute = isAbsolute(portable) || /^[A-Za-z]:/.test(portable);
  if (absolute && !hasFiles) return { file, split: null, reason: 'its path leads out of the archive' };
  const known = split === '' ? null : SPLITS.get(split.toLowerCase());
  const placed = { file: absolute ? resolve(portable) : file, split: known ?? null };
  if (label === '') return { ...placed, reason: 'its row has no label' };
  if (known !== undefined) return placed;
  return { ...placed, reason: `its split "${split}" is none of train, validation, test` };
}

const SPLITS: ReadonlyMap<string, Split> = new Map([
  ...(['train', 'training'] as const).map((name) => [name, 'train'] as const),
  ...(['val', 'valid', 'validation', 'dev'] as const).map((name) => [name, 'validation'] as const),
  ...(['test', 'testing'] as const).map((name) => [name, 'test'] as const),
]);

async function missing(
  { hasFiles, listing }: Source,
  members: ReadonlySet<string>,
  file: string,
): Promise<string | undefined> {
  if (members.has(file)) return undefined;
  if (!hasFiles) return 'the archive has no such file';
  const found = await access(resolve(listing.root, file)).then(
    () => true,
    () => false,
  );
  return found ? undefined : 'there is no such file';
}
