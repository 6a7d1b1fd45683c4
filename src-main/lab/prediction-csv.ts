/** A table of predictions as CSV. */
import { writeFileAtomic } from '../base/atomic-file.ts';
import { csvTable } from '../data/formats/csv.ts';
import type { PredictionTable } from './prediction-tables.ts';

/**
 * Writes the table: a row for every file, with its classes, the most probable first.
 *
 * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`
 */
export async function writePredictionCsv(file: string, { rows }: PredictionTable): Promise<void> {
  const ranks = Array.from({ length: Math.max(1, ...rows.map(({ top }) => top.length)) }, (_, rank) => rank);
  const header = [
    'file',
    ...ranks.flatMap((rank) =>
      rank === 0 ? ['class', 'probability'] : [`class_${rank + 1}`, `probability_${rank + 1}`],
    ),
    ...['error', 'path', 'decode_ms', 'inference_ms'],
  ];
  const cells = rows.map(({ name, top, error, file: path, times }) => [
    name,
    ...ranks.flatMap((rank) => [top[rank]?.class ?? '', rounded(top[rank]?.probability, 6)]),
    ...[error?.message ?? '', path, rounded(times?.decode, 2), rounded(times?.inference, 2)],
  ]);
  await writeFileAtomic(file, csvTable(header, cells));
}

function rounded(value: number | undefined, digits: number): string | number {
  return value === undefined ? '' : Number(value.toFixed(digits));
}
