/** A file that the lab wrote for its user. */
import { z } from 'zod';

/** Where a file is, and under which name a page can fetch it. */
export const savedFile = z.object({
  /** Absolute path. */
  file: z.string(),
  /** Its name among the lab's exports; null for one that was put elsewhere. */
  download: z.string().nullable(),
  bytes: z.number(),
});

/** See {@link savedFile}. */
export type SavedFile = z.output<typeof savedFile>;
