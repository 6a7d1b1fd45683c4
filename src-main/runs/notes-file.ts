/** `notes.json`: what people say of a run. It lies apart from `run.json`, which the process that trains it writes. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { writeFileAtomic } from '../base/atomic-file.ts';

const notesSchema = z.object({
  /** Null for a run without a name of its own. */
  name: z.string().nullable().catch(null),
  note: z.string().catch(''),
  /** Whether the last stop was meant as a pause. */
  paused: z.boolean().catch(false),
});

/** See the file. */
export type RunNotes = z.output<typeof notesSchema>;

const NONE: RunNotes = { name: null, note: '', paused: false };

/** What is said of the run in a folder. A file that is missing or spoiled says nothing. */
export async function readNotes(folder: string): Promise<RunNotes> {
  const text = await readFile(notesFile(folder), 'utf8').catch(() => '');
  try {
    return notesSchema.parse(JSON.parse(text));
  } catch {
    return NONE;
  }
}

/** Writes changes atomically. @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
export async function changeNotes(folder: string, changes: Partial<RunNotes>): Promise<void> {
  const before = await readNotes(folder);
  const notes: RunNotes = { ...before, ...changes };
  if (isDeepStrictEqual(notes, before)) return;
  await writeFileAtomic(notesFile(folder), `${JSON.stringify(notes, null, 2)}\n`);
}

function notesFile(folder: string): string {
  return path.join(folder, 'notes.json');
}
