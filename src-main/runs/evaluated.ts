/** Which pictures of a split an evaluation counts. */
import { LabError } from '../../src-shared/errors.ts';
import type { Split } from '../data/store/types.ts';
import type { TrainSettings } from './settings.ts';

/**
 * All rows, or with `evaluationDropLast` those that fill whole batches.
 *
 * @throws LabError `INVALID_ARGUMENT` when they fill none
 */
export function evaluated<Rows extends { readonly length: number; slice(start: number, end: number): Rows }>(
  rows: Rows,
  { evaluationDropLast, evaluationBatchSize: size }: TrainSettings,
  split: Split,
): Rows {
  if (!evaluationDropLast) return rows;
  if (rows.length >= size) return rows.slice(0, rows.length - (rows.length % size));
  throw new LabError(
    'INVALID_ARGUMENT',
    `Dropping the last evaluation batch leaves nothing: there are ${rows.length} ${split} images, and a batch takes ${size}.`,
    { hint: 'Use a smaller --evaluation-batch-size, or no --evaluation-drop-last.' },
  );
}
