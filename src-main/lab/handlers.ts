/** The contract, implemented. */
import { augment } from './procedures/augment.ts';
import { batches } from './procedures/batches.ts';
import { changes } from './procedures/changes.ts';
import { datasets } from './procedures/datasets.ts';
import { evaluation } from './procedures/evaluation.ts';
import { exporting } from './procedures/exporting.ts';
import { files } from './procedures/files.ts';
import { os } from './procedures/implementer.ts';
import { jobs } from './procedures/jobs.ts';
import { labels } from './procedures/labels.ts';
import { prediction } from './procedures/prediction.ts';
import { samples } from './procedures/samples.ts';
import { system } from './procedures/system.ts';
import { training } from './procedures/training.ts';

/** Every procedure; a shell serves it with a lab as context. */
export const router = os.router({
  datasets,
  samples,
  labels,
  batches,
  augment,
  training,
  evaluation,
  prediction,
  exporting,
  system,
  jobs,
  changes,
  files,
});
