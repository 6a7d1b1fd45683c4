/** Choosing files and folders of the machine that the lab runs on, where the page has no dialog of its own. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { list, text } from './fields.ts';

const entrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  /** Bytes of a file; null for a folder. */
  size: z.number().nullable(),
});

/** A folder's content. */
export const folderSchema = z.object({
  path: z.string(),
  /** The folder above, where it may be looked at; else null. */
  parent: z.string().nullable(),
  /** Folders first, each kind in natural order. Hidden ones are left out. */
  entries: list(entrySchema),
  /** Entries left out because there are too many. */
  more: z.number(),
});

/** See {@link folderSchema}. */
export type FolderJson = z.output<typeof folderSchema>;

/** Procedures on files. */
export const files = {
  /** Where looking around begins: the folders that the shell shows, and the lab's own. */
  roots: procedure.output(z.object({ lab: z.string(), roots: list(z.string()) })),
  folder: procedure.input(z.strictObject({ path: text('the path of a folder') })).output(folderSchema),
};
