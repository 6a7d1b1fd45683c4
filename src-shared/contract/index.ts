/** Every call that a shell or a page can make to the lab. To add one: its namespace's file, then its handler. */
import type { ContractRouterClient } from '@orpc/contract';
import { augment } from './augment.ts';
import { batches } from './batches.ts';
import { changes } from './changes.ts';
import { datasets } from './datasets.ts';
import { evaluation } from './evaluation.ts';
import { exporting } from './exporting.ts';
import { files } from './files.ts';
import { jobs } from './jobs.ts';
import { labels } from './labels.ts';
import { prediction } from './prediction.ts';
import { samples } from './samples.ts';
import { system } from './system.ts';
import { training } from './training.ts';

export const contract = {
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
};

/** The lab as its clients see it, over whatever connection. */
export type LabClient = ContractRouterClient<typeof contract>;
