/** What is found out about files: before an import, by it, and when originals are looked for. */
import { z } from 'zod';
import { list } from './fields.ts';

/** A file that was left out, and why. */
export const skippedFile = z.object({ path: z.string(), reason: z.string() });

const copies = z.object({
  sha256: z.string(),
  paths: list(z.string()),
  labels: list(z.string()),
});

const inspectedClass = z.object({
  name: z.string(),
  images: z.number(),
  /** In natural order, the first few. */
  examples: list(z.string()),
});

/** What a folder or an archive seems to hold, before its images are read. */
export const sourcePlanSchema = z.object({
  format: z.string(),
  /** Why that format was taken. */
  reason: z.string(),
  /** The folder or archive, symbolic links resolved. */
  root: z.string(),
  /** Null where only reading tells. */
  images: z.number().nullable(),
  /** In code-point order; images that cannot be read are among them. Counts are 0 where only reading tells. */
  classes: list(inspectedClass),
  unlabelled: z.number(),
  splits: z.object({ train: z.number(), validation: z.number(), test: z.number(), none: z.number() }),
});

/** What an import would find. Paths are relative to the root where they lie below it. */
export const inspectionSchema = sourcePlanSchema.extend({
  /** Readable ones. */
  images: z.number(),
  /** What is no image or cannot be read, by the beginning of the reason, the commonest first. */
  problems: list(z.object({ reason: z.string(), files: z.number(), examples: list(skippedFile) })),
  /** Images with the same bytes as one before them, and the first groups of them. */
  duplicates: z.number(),
  duplicateGroups: list(copies),
  /** Groups whose classes differ. */
  conflicts: z.number(),
  conflictGroups: list(copies),
});

/** Whether the originals are where they were. */
export const fileCheckSchema = z.object({
  checked: z.number(),
  gone: z.number(),
  /** Files of another size. */
  changed: z.number(),
  /** The first of them, in natural order. */
  files: list(z.object({ sample: z.number(), path: z.string(), found: z.enum(['gone', 'changed']) })),
});

/** What was found again in another folder. */
export const relocationSchema = z.object({
  found: z.number(),
  missing: z.number(),
  /** The first samples that were found. */
  moved: list(z.object({ sample: z.number(), from: z.string(), to: z.string() })),
  /** The first samples that were not. */
  stillMissing: list(z.object({ sample: z.number(), path: z.string(), reason: z.string() })),
});

/** What an import did, and what the data set is now. */
export const importReportSchema = z.object({
  format: z.string(),
  /** Why that format was taken. */
  reason: z.string(),
  /** Samples in the data set now. */
  samples: z.number(),
  classes: list(z.string()),
  added: z.number(),
  updated: z.number(),
  /** Files that are not samples and why. */
  skipped: list(skippedFile),
  /** Samples with the same bytes as one before them. */
  duplicates: z.number(),
  duplicateGroups: list(copies),
  /** Copies whose labels differ: kept out of training until someone decides. */
  conflicts: list(copies),
});

/** See {@link sourcePlanSchema}. */
export type SourcePlanJson = z.output<typeof sourcePlanSchema>;
