/** Decisions about labels that concern several samples. */
import { LabError } from '../../src-shared/errors.ts';
import type { EditResult, LabStore } from './store/index.ts';

/**
 * Decides which label is right for copies that are labelled differently: all of them get it, as one edit that
 * can be undone.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `CLASS_UNKNOWN`, `SAMPLE_NOT_FOUND` (no such conflict).
 */
export function resolveConflict(
  store: LabStore,
  dataset: string,
  decision: { readonly sha256: string; readonly label: string; readonly who: string },
): EditResult {
  const samples = store
    .rows(dataset)
    .filter((row) => row.conflict && row.sha256 === decision.sha256)
    .map((row) => row.id);
  const result = store.edit(dataset, { samples, change: { label: decision.label }, who: decision.who });
  if (result !== undefined) return result;
  throw new LabError(
    'SAMPLE_NOT_FOUND',
    `The data set "${store.dataset(dataset).name}" has no differently labelled copies with the hash ${decision.sha256}.`,
  );
}
