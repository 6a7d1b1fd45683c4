/** What kept evaluations are asked, and what they answer. */
import type { EvaluationKey, KeptEvaluation, SeenIn } from './predictions.ts';

/** Samples of one label that the network takes for the same class. */
export interface Cell {
  /** A class of the data set. */
  readonly label: string;
  /** The number of the network's output. */
  readonly output: number;
  readonly count: number;
  /** Sum of the losses; 0 where the network does not know the label. */
  readonly loss: number;
  /** Samples whose label is among the five most probable classes. */
  readonly topFive: number;
}

/** The confusion matrix of an evaluation, as its cells that are not empty. */
export interface Cells {
  readonly evaluation: KeptEvaluation;
  /** What the outputs' classes are called now. */
  readonly outputs: readonly string[];
  readonly cells: readonly Cell[];
  /** Predicted samples that are not in the cells. */
  readonly leftOut: { readonly excluded: number; readonly unlabelled: number };
}

/** Which samples, in which order. */
export interface ScoreFilter {
  /** Null for all. */
  readonly split: SeenIn | null;
  /** Null for unlabelled samples; left out for all labelled ones. */
  readonly label?: string | null | undefined;
  readonly predicted?: string | undefined;
  /** Whether the prediction is the label. */
  readonly right?: boolean | undefined;
  /** The surest first, the least sure first, or the highest loss first. */
  readonly order: 'confidence' | 'doubt' | 'loss';
  readonly offset: number;
  readonly limit: number;
}

/** What a network says about a sample. */
export interface Verdict {
  readonly predicted: string;
  /** Null where the network does not know the label. */
  readonly loss: number | null;
  /** The outputs' classes and probabilities, the most probable first. */
  readonly ranked: readonly { readonly class: string; readonly probability: number }[];
}

/** A sample of an evaluation. */
export interface JudgedSample {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly flagged: boolean;
  readonly label: string | null;
  readonly seenIn: SeenIn;
}

/** A sample's file. */
export interface SampleFile {
  readonly id: number;
  readonly path: string;
  /** Where its bytes lie: at the path, or in the lab. */
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  /** Left out by a person's decision. */
  readonly excluded: boolean;
}

/** How two networks do on the same sample: `fixed` by the second, or `broken` by it. */
export const OUTCOMES = ['fixed', 'broken', 'both-wrong', 'both-right'] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** Two evaluations on the samples that both have in a split, or that both have. */
export interface Comparison {
  readonly first: EvaluationKey;
  readonly second: EvaluationKey;
  readonly split: SeenIn | null;
}
