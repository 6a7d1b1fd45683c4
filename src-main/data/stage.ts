/** Reads images that have no lasting file of their own, and puts their bytes where the lab will keep them. */
import { join } from 'node:path';
import { sha256 } from '../base/hash.ts';
import { encodeBmp } from './bmp.ts';
import type { ImageRecord, RecordSet } from './formats/index.ts';
import { type Entry, readAll, readBytes, type Reading, type ReadOptions } from './read-entries.ts';
import type { Source } from './source.ts';
import type { ContentStaging } from './store/index.ts';

/** Options of staging. */
export interface StageOptions extends ReadOptions {
  readonly root: string;
  readonly staging: Pick<ContentStaging, 'add'>;
}

/** Small files, each of which waits for the disk. */
const AT_ONCE = 8;

/**
 * Copies entries of an archive.
 *
 * @throws LabError `ARCHIVE_UNSAFE`, `ARCHIVE_CORRUPT`, `DISK_FULL`, `OUTPUT_UNWRITABLE`, `CANCELLED`
 */
export function stageFiles(
  source: Source,
  entries: readonly Entry[],
  options: StageOptions,
): AsyncIterable<Reading> {
  const { root } = source.listing;
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const wanted = new Set(source.listing.files.filter((file) => byPath.has(join(root, file))));
  return readAll(
    source.read(wanted),
    async ({ file, bytes }) =>
      keep(await readBytes(byPath.get(join(root, file))!, bytes, options), bytes, options),
    { ...options, total: wanted.size, atOnce: AT_ONCE },
  );
}

async function keep(reading: Reading, bytes: Uint8Array, { staging }: StageOptions): Promise<Reading> {
  if (!('content' in reading)) return reading;
  const { content, entry } = reading;
  const stored = content.stored ?? EXTENSIONS[content.format] ?? content.format;
  await staging.add(content.sha256, stored, bytes);
  return { entry, content: { ...content, stored } };
}

/** Extensions that are not called like their format. */
const EXTENSIONS: Readonly<Record<string, string>> = { jpeg: 'jpg', tiff: 'tif' };

/**
 * Copies records, each as a bitmap: its bytes follow from the pixels alone, and reading it takes no library.
 *
 * @throws LabError `FORMAT_MALFORMED`, `DISK_FULL`, `OUTPUT_UNWRITABLE`, `CANCELLED`
 */
export function stageRecords(
  records: RecordSet,
  options: StageOptions & { readonly rename: (className: string) => string | undefined },
): AsyncIterable<Reading> {
  const work = async (record: ImageRecord): Promise<Reading | undefined> => {
    const className = options.rename(record.className);
    return className === undefined ? undefined : keepRecord({ ...record, className }, options);
  };
  return readAll(records.read(), work, { ...options, total: records.total, atOnce: AT_ONCE });
}

async function keepRecord(record: ImageRecord, { root, staging }: StageOptions): Promise<Reading> {
  const { file, className, split, pixels } = record;
  const bytes = encodeBmp(pixels);
  const { width, height } = pixels;
  const content = { sha256: sha256(bytes), size: bytes.length, width, height, format: 'bmp', stored: 'bmp' };
  await staging.add(content.sha256, content.stored, bytes);
  return { entry: { path: join(root, `${file}.bmp`), className, split }, content };
}
