/** The table of `docs/reproduced.md`, made of the cells alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { RECIPES, type Recipe } from './recipes.ts';
import type { Cell, Engine } from './results.ts';

const FILE = new URL('../../docs/reproduced.md', import.meta.url);
const [BEGIN, END] = ['<!-- table: npm run reproduce -->', '<!-- end of table -->'];

/** Writes the table between its marks; the words around it stay. */
export function writeReport(cells: readonly Cell[]): void {
  const text = readFileSync(FILE, 'utf8');
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  const lines = [
    '| recipe | published | PyTorch: mean (seeds) | Vitrine: mean (seeds) | seconds a run: PyTorch, Vitrine | measured |',
    '| --- | --- | --- | --- | --- | --- |',
    ...RECIPES.map((recipe) => row(recipe, cells)),
  ];
  writeFileSync(FILE, `${text.slice(0, before)}\n\n${lines.join('\n')}\n\n${text.slice(after)}`);
}

/** One recipe's row. */
export function row(recipe: Recipe, cells: readonly Cell[]): string {
  const of = (engine: Engine): Cell[] =>
    cells.filter((cell) => cell.recipe === recipe.name && cell.engine === engine);
  const [torch, ours] = [of('pytorch'), of('vitrine')];
  const published = recipe.published === null ? '–' : `${recipe.published.toFixed(2)} %`;
  const note = recipe.publishedOn === undefined ? '' : ` (${recipe.publishedOn})`;
  const measured = [...new Set([...torch, ...ours].map(({ date, machine }) => `${date}, ${machine}`))].join(
    '; ',
  );
  const seconds = [torch, ours].map((list) =>
    list.length === 0 ? '–' : mean(list.map((c) => c.seconds)).toFixed(0),
  );
  return `| ${recipe.name} | ${published}${note} | ${accuracy(torch)} | ${accuracy(ours)} | ${seconds.join(', ')} | ${measured} |`;
}

function accuracy(cells: readonly Cell[]): string {
  if (cells.length === 0) return '–';
  const each = cells.map((cell) => `${cell.seed}: ${cell.accuracy.toFixed(2)}`).join(', ');
  return `${mean(cells.map((cell) => cell.accuracy)).toFixed(2)} % (${each})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
