/** The figures of a kept evaluation, from its confusion matrix. */
import type { FiguresJson } from '../../src-shared/contract/evaluation.ts';
import type { Cells } from '../data/store/index.ts';
import { compareCodePoints } from '../data/natural-order.ts';
import { classMetrics, type Confusion } from '../runs/metrics/classification.ts';
import { wilsonInterval } from '../runs/metrics/interval.ts';

/** Pairs of classes that are listed. */
const PAIRS = 50;

/** Accuracy, loss, matrix, figures by class and the pairs that are confused most. */
export function figuresOf({ evaluation, outputs, cells, leftOut }: Cells): FiguresJson {
  const isKnown = new Set(outputs);
  const unknown = new Set(cells.map(({ label }) => label).filter((label) => !isKnown.has(label)));
  const classes = [...outputs, ...[...unknown].sort(compareCodePoints)];
  const confusion = matrixOf(cells, classes);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const known = cells.filter(({ label }) => isKnown.has(label));
  const count = sum(cells.map((cell) => cell.count));
  const countKnown = sum(known.map((cell) => cell.count));
  const correct = sum(classes.map((_, index) => confusion[index]![index]!));
  return {
    at: evaluation.at,
    classes,
    known: outputs.length,
    count,
    accuracy: count === 0 ? 0 : correct / count,
    accuracyInterval: wilsonInterval(correct, count),
    loss: countKnown === 0 ? null : sum(known.map(({ loss }) => loss)) / countKnown,
    topFive: outputs.length <= 5 || count === 0 ? null : sum(cells.map(({ topFive }) => topFive)) / count,
    confusion,
    perClass: classMetrics(confusion, classes),
    confused: confusedPairs(confusion, classes),
    leftOut,
  };
}

function matrixOf(cells: Cells['cells'], classes: readonly string[]): number[][] {
  const index = new Map(classes.map((name, at) => [name, at]));
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, output, count } of cells) confusion[index.get(label)!]![output]! += count;
  return confusion;
}

function confusedPairs(confusion: Confusion, classes: readonly string[]): FiguresJson['confused'] {
  return confusion
    .flatMap((row, label) => {
      const support = row.reduce((total, count) => total + count, 0);
      return row.map((count, predicted) => ({ label, predicted, count, share: count / support }));
    })
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || b.share - a.share)
    .slice(0, PAIRS)
    .map((pair) => ({ ...pair, label: classes[pair.label]!, predicted: classes[pair.predicted]! }));
}
