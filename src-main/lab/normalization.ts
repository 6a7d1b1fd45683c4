/** What the pixels of a run are normalised with. */
import type { TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import { LabError } from '../../src-shared/errors.ts';
import { pipelineSchema } from '../data/pipeline.ts';
import { pixelStatistics } from '../data/statistics.ts';
import type { RunRow } from '../runs/rows.ts';
import type { TrainSettingsInput } from '../runs/settings.ts';
import type { JobContext } from './jobs.ts';

type Normalization = TrainSettingsInput['normalization'];

/** @throws LabError `INVALID_ARGUMENT` for a mean without a deviation, or the other way round */
export function checkNormalization({ mean, std }: Pick<TrainSettingsJson, 'mean' | 'std'>): void {
  if ((mean === null) === (std === null)) return;
  const [given, missing] = mean === null ? ['std', 'mean'] : ['mean', 'std'];
  throw new LabError('INVALID_ARGUMENT', `--${given} is given without --${missing}: both are needed.`, {
    hint: 'For pixels from 0 to 1 as they are, use --mean 0,0,0 --std 1,1,1.',
  });
}

/**
 * The mean and deviation that were given, or those of the data set's training images, or those of the weights.
 *
 * @param settings of the engine, which carry those of the weights
 * @throws LabError as `pixelStatistics` does
 */
export async function chooseNormalization(
  given: Pick<TrainSettingsJson, 'normalization' | 'mean' | 'std'>,
  {
    pipeline,
    normalization,
    maxPixels,
  }: Pick<TrainSettingsInput, 'pipeline' | 'normalization' | 'maxPixels'>,
  rows: readonly RunRow[],
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<Normalization> {
  if (given.mean !== null && given.std !== null) return { mean: given.mean, std: given.std };
  if (given.normalization === 'weights') return normalization;
  const { mean, std } = await pixelStatistics(
    rows.filter(({ split }) => split === 'train'),
    {
      ...{ pipeline: pipelineSchema.parse(pipeline), signal },
      ...(maxPixels !== undefined && { maxPixels }),
      onProgress: (at) => progress({ ...at, message: 'Measuring mean and deviation' }),
    },
  );
  // A channel that is the same everywhere is only shifted.
  return { mean, std: std.map((value) => value || 1) as [number, number, number] };
}
