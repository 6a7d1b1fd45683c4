/** What follows a training where somebody looks at the lab: its best epoch is evaluated. */
import { readNotes } from '../runs/notes-file.ts';
import { findRun } from '../runs/run-folder.ts';
import { keepEvaluation } from './keep-evaluation.ts';
import type { Lab } from './lab.ts';

/**
 * From now on every training that ends with a finished epoch, and is not merely paused, is followed by a job that
 * keeps what the best one says about the data set, its new and unlabelled samples too.
 *
 * @returns ends it
 */
export function followTrainings(lab: Lab): () => void {
  const followed = new Set<string>();
  return lab.changes.listen((change) => {
    if (change.what !== 'job' || followed.has(change.id)) return;
    const { result } = lab.jobs.get(change.id);
    if (result?.kind !== 'train' || result.best === null) return;
    followed.add(change.id);
    // A run that was removed in the meantime needs no evaluation.
    follow(lab, result.run).catch(() => undefined);
  });
}

async function follow(lab: Lab, run: string): Promise<void> {
  const folder = await findRun(lab.folder, run);
  const { paused } = await readNotes(folder);
  if (paused || lab.jobs.closing) return;
  lab.jobs.start('keep-evaluation', run, (job) =>
    keepEvaluation(lab, { folder, epoch: 'best', unseen: true }, job),
  );
}
