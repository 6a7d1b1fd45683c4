/** What the store keeps, as plain values. */

/** The parts a data set is split into. */
export const SPLITS = ['train', 'validation', 'test'] as const;

/** One of {@link SPLITS}. */
export type Split = (typeof SPLITS)[number];

/** A data set and its size. */
export interface DatasetInfo {
  readonly id: number;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly samples: number;
  /** Names of the classes that have a sample, in code-point order. */
  readonly classes: readonly string[];
}

/** A file's bytes, known by their hash, after they were decoded completely once. */
export interface Content {
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** The file extension of bytes that the lab keeps itself; else they lie at the sample's path. */
  readonly stored?: string;
}

/** A sample to be added to a data set. */
export interface NewSample {
  /**
   * Absolute, as the file system spells it. What has no file of its own is named below the file that holds it:
   * `/data/pets.zip/cat/1.jpg`.
   */
  readonly path: string;
  readonly className: string | null;
  /** The split that the source states, if it does. */
  readonly split: Split | null;
  readonly content: Content;
}

/** One entry of one data set. */
export interface SampleRow {
  readonly id: number;
  /** Absolute, as the file system spelled it; see {@link NewSample}. */
  readonly path: string;
  /** Where its bytes lie: at the path, or in the lab. */
  readonly file: string;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Null while nobody has given it a label. */
  readonly className: string | null;
  /** Null until the data set is split. */
  readonly split: Split | null;
  /** The split that the source stated. */
  readonly givenSplit: Split | null;
  /** Left out by a person's decision. */
  readonly excluded: boolean;
  /** Marked by a person for a later look. */
  readonly flagged: boolean;
  /** Another sample of the data set has the same bytes and a different label: kept out of training. */
  readonly conflict: boolean;
}

/** Samples of one data set with the same bytes. */
export interface CopyGroup {
  readonly sha256: string;
  /** In natural order. */
  readonly paths: readonly string[];
  /** Distinct labels among the copies that are not excluded, in code-point order. */
  readonly labels: readonly string[];
}

/** What an edit changes. A `label` of null takes the label away. */
export type Change =
  { readonly label: string | null } | { readonly excluded: boolean } | { readonly flagged: boolean };

/** One change of one sample, as the append-only log holds it. */
export interface LabelEvent {
  readonly id: number;
  /** Events of one edit, undo or redo share their operation. */
  readonly operation: number;
  readonly kind: 'edit' | 'undo' | 'redo';
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly when: string;
  readonly sample: number;
  readonly what: 'label' | 'excluded' | 'flagged';
  readonly from: string | boolean | null;
  readonly to: string | boolean | null;
}
