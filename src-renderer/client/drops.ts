/** Files and folders that were dropped on the page or chosen in it: where the lab finds them. */
import { desktop } from './index.ts';

/** A file of a drop, and where it lay inside what was dropped. */
export interface DroppedFile {
  readonly file: File;
  /** With `/` between the parts. */
  readonly relative: string;
}

/** What was dropped. */
export interface Dropped {
  /** Of the first entry, for people. */
  readonly name: string;
  /** On the desktop: where each dropped entry lies. Empty in a browser, whose files have to be sent. */
  readonly paths: readonly string[];
  /** In a browser: every file, folders looked through. */
  readonly files: readonly DroppedFile[];
}

/** Reads a drop. It must be called before the event's handler ends, as the browser forgets its files then. */
export function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const given = [...transfer.files];
  if (desktop !== undefined) {
    const { pathForFile } = desktop;
    return Promise.resolve({ name: given[0]?.name ?? '', paths: given.map(pathForFile), files: [] });
  }
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  // What comes from a clipboard or a script has no entries.
  if (entries.length === 0) return Promise.resolve(plain(given));
  return readEntries(entries);
}

/** Files of an `<input type="file">`, also of one with `webkitdirectory`. */
export function readChosen(list: FileList): Dropped {
  const files = [...list].map((file) => ({ file, relative: file.webkitRelativePath || file.name }));
  const name = files[0]?.relative.split('/')[0] ?? '';
  return desktop === undefined
    ? { name, paths: [], files }
    : { name, paths: files.map(({ file }) => desktop!.pathForFile(file)), files: [] };
}

function plain(given: readonly File[]): Dropped {
  const files = given.map((file) => ({ file, relative: file.name }));
  return { name: given[0]?.name ?? '', paths: [], files };
}

async function readEntries(entries: readonly FileSystemEntry[]): Promise<Dropped> {
  const files: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, '', files);
  return { name: entries[0]?.name ?? '', paths: [], files };
}

async function collect(entry: FileSystemEntry, above: string, files: DroppedFile[]): Promise<void> {
  const relative = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    files.push({ file, relative });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader answers with a hundred entries at a time, and with none at the end.
    const found = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (found.length === 0) return;
    for (const child of found) await collect(child, `${relative}/`, files);
  }
}
