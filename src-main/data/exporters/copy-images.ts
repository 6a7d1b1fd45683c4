/** Copies of images in folders of their classes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extname, posix } from 'node:path';
import { foldCase, folderNames, toFolderName } from '../class-folders.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { readVerified } from '../sample-source.ts';
import type { ExportPlan, ExportRow } from './exporter.ts';

/** Each waits for the disk. */
const AT_ONCE = 8;

/** A row and where its copy goes, relative with `/` between the parts. */
export interface Copy {
  readonly row: ExportRow;
  readonly to: string;
}

/** Places for copies, in a folder for each class below `above(row)`; no two are the same on any file system. */
export function planCopies(
  { rows, classes }: ExportPlan,
  above: (row: ExportRow) => readonly string[],
): Copy[] {
  const folders = folderNames(classes);
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return rows.map((row) => {
    const folder = posix.join(...above(row), folders.get(row.className)!);
    const name = toFolderName(row.path.split(/[/\\]/).at(-1)!);
    const end = extname(name);
    const stem = name.slice(0, name.length - end.length);
    let to = posix.join(folder, name);
    while (taken.has(foldCase(to))) {
      const number = (numbers.get(foldCase(`${folder}/${name}`)) ?? 1) + 1;
      numbers.set(foldCase(`${folder}/${name}`), number);
      to = posix.join(folder, `${stem}-${number}${end}`);
    }
    taken.add(foldCase(to));
    return { row, to };
  });
}

/** Copies images; each is checked to be what was imported. @throws LabError `SAMPLE_CHANGED` */
export async function copyImages(copies: readonly Copy[], { folder, step }: ExportPlan): Promise<void> {
  const folders = new Set(copies.map(({ to }) => posix.dirname(to)));
  for (const name of folders) await mkdir(join(folder, name), { recursive: true });
  const work = async ({ row, to }: Copy): Promise<void> => {
    const bytes = await readVerified(row.file, row.sha256);
    await writeFile(join(folder, to), bytes, { flag: 'wx' });
  };
  for await (const _ of mapConcurrently(copies, AT_ONCE, work)) step();
}
