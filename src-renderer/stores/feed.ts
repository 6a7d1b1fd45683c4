/** What a network is fed: batches, certificates of them, augmentations. */
import { defineStore } from 'pinia';
import { preparedUrl, thumbnailUrl } from '../client/images.ts';
import { useClient } from '../client/index.ts';
import type { AugmentPreview } from '../../src-shared/contract/augment.ts';
import type { BatchPreview, RunCertificates } from '../../src-shared/contract/batches.ts';
import type { CertificateJson } from '../../src-shared/contract/certificate.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import type { TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import { useJobs } from './jobs.ts';

export type { AugmentPreview, BatchPreview, CertificateJson, RunCertificates };

/** An augmentation as a list of them holds it. */
export type Augmentation = Readonly<Record<string, unknown>> & { readonly name: string };

/** What an augmentation can be given. */
export type AugmentationInfo = Awaited<
  ReturnType<ReturnType<typeof useClient>['system']['augmentations']>
>[number];

/** A batch's place. */
export interface BatchPlace {
  readonly epoch: number;
  readonly batch: number;
}

/** Which pictures are shown in which variants. */
export interface Variants {
  readonly dataset: string;
  readonly samples: readonly number[];
  /** How many training images are shown when no sample is named, and from which on. */
  readonly count: number;
  readonly first: number;
  readonly epoch: number;
  readonly variants: number;
}

/** An order whose certificates are shown. */
export type Order = ResultOf<'certify'>['order'];

/** See {@link ResultOf}. */
export type ShownOrder = ResultOf<'certify'>;

export const useFeed = defineStore('feed', () => {
  const jobs = useJobs();

  const batchOfRun = (run: string, place: BatchPlace): Promise<BatchPreview> =>
    useClient().batches.preview({ of: { run }, ...place });

  /** A batch of a training that has not begun. */
  function batchOfSettings(
    dataset: string,
    settings: TrainSettingsJson,
    place: BatchPlace,
  ): Promise<BatchPreview> {
    const { batchSize, shuffle, dropLast, mean, std } = settings;
    const of = { dataset, ...picturesOf(settings), batchSize, shuffle, dropLast, mean, std };
    return useClient().batches.preview({ of, ...place });
  }

  const variants = (settings: TrainSettingsJson, { samples, ...rest }: Variants): Promise<AugmentPreview> =>
    useClient().augment.preview({ ...picturesOf(settings), samples: [...samples], ...rest });

  const certificates = (run: string): Promise<RunCertificates> => useClient().batches.certificates({ run });
  const augmentations = (): Promise<readonly AugmentationInfo[]> => useClient().system.augmentations();

  /** Certifies an order without training. @param onStart told the job's id */
  async function showOrder(
    dataset: string,
    order: Order,
    batchSize: number,
    onStart: (id: string) => void,
  ): Promise<ShownOrder> {
    const started = useClient().batches.showOrder({ dataset, order, batchSize });
    return (await jobs.run(started, onStart)) as ShownOrder;
  }

  return {
    ...{ batchOfRun, batchOfSettings, variants, certificates, augmentations, showOrder },
    ...{ pictureUrl: preparedUrl, thumbnailUrl },
  };
});

function picturesOf({ imageSize, resize, interpolation, augment, seed }: TrainSettingsJson) {
  return { imageSize, resize, interpolation, augment, seed };
}
