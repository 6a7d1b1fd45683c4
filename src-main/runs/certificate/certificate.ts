/** What an epoch's certificate states. */

/**
 * `fail`: chance does not do this; `notice`: it seldom does; `unknown`: there is nothing to judge by.
 */
export type Verdict = 'pass' | 'notice' | 'fail' | 'unknown';

/**
 * Where a chance becomes a verdict. A run of a hundred epochs is tested some 300 times: at 10⁻⁶ a sound shuffle is
 * accused in one run of three thousand; once in a thousand is worth a look, and bound to come now and then.
 */
export const THRESHOLDS = { fail: 1e-6, notice: 1e-3 } as const;

/** The verdict on something that chance does with probability `p`. */
export function verdictOf(p: number): Verdict {
  if (p < THRESHOLDS.fail) return 'fail';
  return p < THRESHOLDS.notice ? 'notice' : 'pass';
}

/** A label that does not belong to its image. */
export interface WrongLabel {
  /** From 1. */
  readonly step: number;
  /** The slot in the batch, from 0. */
  readonly slot: number;
  /** The number of the image's row in the run. */
  readonly row: number;
  /** Class numbers. */
  readonly fed: number;
  readonly expected: number;
}

/** How the classes are spread over the batches. See `testBalance`. */
export interface BalanceCheck {
  readonly verdict: Verdict;
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly groups: number;
  readonly uneven: number;
  readonly even: number;
}

/** The longest stretch of one class. See `testClassRuns`. */
export interface ClassRunCheck {
  readonly verdict: Verdict;
  readonly length: number;
  readonly label: number;
  readonly expected: number;
  readonly p: number;
}

/** The order fed against the order of the files. See `testFileOrder`. */
export interface FileOrderCheck {
  readonly verdict: Verdict;
  readonly correlation: number;
  readonly p: number;
  readonly same: boolean;
}

/** Whether an earlier epoch had the same order. */
export interface RepeatCheck {
  readonly verdict: Verdict;
  /** The latest epoch of the same order; null for none. */
  readonly epoch: number | null;
  /** Earlier epochs that it was compared with. */
  readonly compared: number;
}

/** Whether each label belongs to its image, by the content in the slot. */
export interface LabelCheck {
  readonly verdict: Verdict;
  readonly attached: number;
  readonly wrong: number;
  /** Slots whose bytes are of no image of the training split. */
  readonly unknown: number;
  /** The first wrong ones. */
  readonly examples: readonly WrongLabel[];
}

/** Whether each image came once. */
export interface CoverageCheck {
  readonly verdict: Verdict;
  /** Images that were not fed. */
  readonly missing: number;
  /** As many as the settings leave out with a last, smaller batch. */
  readonly dropped: number;
  /** Times an image came that had been fed before. */
  readonly repeated: number;
}

/** A batch of the certificate. */
export interface CertifiedBatch {
  /** From 1. */
  readonly step: number;
  /** Images by class. */
  readonly counts: readonly number[];
  /** Of the tensor: by channel from 0 to 1 for images, one for all features. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What the tensors of an epoch's steps testify. */
export interface Certificate {
  /** From 1, over all phases. */
  readonly epoch: number;
  /** Whether the steps were fed pictures, or features of them. */
  readonly fed: 'images' | 'features';
  /** The worst of the checks. */
  readonly verdict: Verdict;
  /** Images whose feeding was witnessed. */
  readonly images: number;
  /** Steps of the epoch, and how many of them were witnessed: fewer when the record of an interrupted epoch was lost. */
  readonly steps: number;
  readonly witnessed: number;
  /** A hash of the contents in the order fed; null unless all steps were witnessed. */
  readonly order: string | null;
  readonly balance: BalanceCheck | null;
  readonly classRun: ClassRunCheck | null;
  readonly fileOrder: FileOrderCheck | null;
  readonly repeat: RepeatCheck;
  readonly labels: LabelCheck;
  readonly coverage: CoverageCheck;
  /** The epoch's batches; of many, some from the whole epoch. */
  readonly batches: readonly CertifiedBatch[];
}
