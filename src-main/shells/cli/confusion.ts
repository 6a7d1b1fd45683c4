/** A confusion matrix drawn in text. */
import stringWidth from 'string-width';
import { pad, percent, printable } from './text.ts';

/** Counts; row: the label, column: the prediction. */
type Confusion = readonly (readonly number[])[];

/** Names longer than this are cut in the head of a column. */
const COLUMN = 12;

/** Pairs that are listed when the matrix is too wide. */
const PAIRS = 10;

/**
 * The matrix with a row for each label and a column for each prediction, or where that is wider than the terminal
 * the pairs of classes that are confused most.
 */
export function drawConfusion(
  classes: readonly string[],
  confusion: Confusion,
  width = process.stdout.columns ?? 100,
): string {
  const matrix = drawMatrix(classes.map(printable), confusion);
  return stringWidth(matrix.split('\n')[1]!) <= width ? matrix : listPairs(classes.map(printable), confusion);
}

function drawMatrix(classes: readonly string[], confusion: Confusion): string {
  const heads = classes.map((name) => shorten(name, COLUMN));
  const widths = heads.map((head, column) =>
    Math.max(stringWidth(head), ...confusion.map((row) => String(row[column]).length)),
  );
  const labels = Math.max(stringWidth('label'), ...classes.map((name) => stringWidth(name)));
  const line = (label: string, cells: readonly string[], end: string): string =>
    [pad(label, labels), '│', ...cells.map((cell, at) => pad(cell, widths[at]!, 'right')), end]
      .join('  ')
      .trimEnd();
  return [
    line('', [], 'predicted'),
    line('label', heads, 'right'),
    '─'.repeat(labels + 2) + '┼' + '─'.repeat(widths.reduce((sum, cell) => sum + cell + 2, 0) + 9),
    ...classes.map((name, at) =>
      line(name, confusion[at]!.map(String), pad(recall(confusion, at), 7, 'right')),
    ),
  ].join('\n');
}

function recall(confusion: Confusion, label: number): string {
  const support = confusion[label]!.reduce((sum, count) => sum + count, 0);
  return support === 0 ? '–' : percent(confusion[label]![label]! / support);
}

function listPairs(classes: readonly string[], confusion: Confusion): string {
  const pairs = confusion
    .flatMap((row, label) => row.map((count, predicted) => ({ label, predicted, count })))
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, PAIRS)
    .map(({ label, predicted, count }) => `${count} × ${classes[label]} taken for ${classes[predicted]}`);
  return ['Confused most (the matrix is too wide for the terminal):', ...pairs].join('\n');
}

function shorten(name: string, width: number): string {
  if (stringWidth(name) <= width) return name;
  let short = '';
  for (const character of name) {
    if (stringWidth(short + character) > width - 1) break;
    short += character;
  }
  return `${short}…`;
}
