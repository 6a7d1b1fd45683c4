/** What a confusion matrix shows. */
import type { FiguresJson } from '../../../src-shared/contract/evaluation.ts';

/** What the cells say: counts, or shares of their row or column. */
export const MATRIX_MODES = ['counts', 'rows', 'columns'] as const;

/** One of {@link MATRIX_MODES}. */
export type MatrixMode = (typeof MATRIX_MODES)[number];

/** Images of a label, of a prediction, or of both. */
export interface Selection {
  readonly label?: string;
  readonly predicted?: string;
}

/** Classes that a matrix shows; more would be neither read nor drawn quickly. */
export const MOST_CLASSES = 30;

/** The strongest colour still lets the number be read. */
const STRONGEST = 45;

/** The numbers of the classes to show, in their order: of many those with the most mistakes. */
export function shownClasses({ classes, confusion }: FiguresJson): number[] {
  const all = classes.map((_, index) => index);
  if (all.length <= MOST_CLASSES) return all;
  const mistakes = all.map((index) =>
    all.reduce(
      (sum, other) => (other === index ? sum : sum + confusion[index]![other]! + confusion[other]![index]!),
      0,
    ),
  );
  return all
    .toSorted((a, b) => mistakes[b]! - mistakes[a]!)
    .slice(0, MOST_CLASSES)
    .toSorted((a, b) => a - b);
}

/** Per cent of colour for a share; few are to be seen too. */
export function shadeOf(share: number): number {
  return share === 0 ? 0 : 8 + (STRONGEST - 8) * Math.sqrt(share);
}
