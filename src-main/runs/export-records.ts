/** `exports.jsonl` of a run: one line for every model that was exported from it, and how it was found to agree. */
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { paritySchema } from './export-metadata.ts';

const recordSchema = z.object({
  at: z.string(),
  /** Name of the file. */
  name: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  input: z.enum(['image', 'tensor']),
  epoch: z.int(),
  parity: paritySchema,
});

/** An exported model. */
export type ExportRecord = z.output<typeof recordSchema>;

/** Adds a record. */
export async function recordExport(folder: string, record: ExportRecord): Promise<void> {
  await appendFile(fileIn(folder), `${JSON.stringify(record)}\n`);
}

/** All records, oldest first; lines that are none are left out. */
export async function readExports(folder: string): Promise<ExportRecord[]> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [recordSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

function fileIn(folder: string): string {
  return path.join(folder, 'exports.jsonl');
}
