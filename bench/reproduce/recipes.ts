/** The write-ups' recipes, which both sides follow: `recipes.json`. */
import { readFileSync } from 'node:fs';

/** One network trained as a write-up trains it. */
export interface Recipe {
  readonly name: string;
  readonly writeUp: string;
  /** Test accuracy in percent, as published; null where the write-up gives none. */
  readonly published: number | null;
  /** What the published figure was reached on, where that is not what is trained on here. */
  readonly publishedOn?: string;
  readonly model: string;
  /** The only classes used; all of them unless given. */
  readonly classes?: readonly string[];
  /** Each phase begins with a fresh optimizer. */
  readonly phases: readonly { readonly epochs: number; readonly lr: number }[];
  readonly batchSize: number;
  /** Leaves the last, smaller batch out, in training and in evaluation. */
  readonly dropLast?: boolean;
  readonly optimizer: 'sgd' | 'adam';
  readonly betas?: readonly [number, number];
  readonly weightDecay?: number;
  readonly l2Penalty?: number;
  readonly augment: 'none' | 'pad-crop-flip';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const file = new URL('./recipes.json', import.meta.url);

/** All recipes, in the order of the report. */
export const RECIPES = (JSON.parse(readFileSync(file, 'utf8')) as { recipes: Recipe[] }).recipes;
