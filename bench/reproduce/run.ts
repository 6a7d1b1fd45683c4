/**
 * `npm run reproduce -- WRITE-UP|RECIPE… [--data PATH] [--seeds 0,1,2] [--engines vitrine,pytorch] [--threads N] [--again]`: trains
 * as the write-ups do and keeps what was reached in `results.json` and `docs/reproduced.md`. What is there already is
 * not trained again, so that a long reproduction can be stopped and gone on with.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { trainWithTorch } from './pytorch.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import { row, writeReport } from './report.ts';
import { keepCell, key, readCells, type Cell, type Engine } from './results.ts';
import { software, trainWithVitrine } from './vitrine.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: {
      type: 'string',
      default: path.resolve(import.meta.dirname, '../../../shared/data/cifar10-mini.tar'),
    },
    seeds: { type: 'string', default: '0,1,2' },
    engines: { type: 'string', default: 'vitrine,pytorch' },
    threads: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});

const asked = RECIPES.filter(
  ({ name, writeUp }) =>
    positionals.length === 0 || positionals.includes(name) || positionals.includes(writeUp),
);
if (asked.length === 0) fail(`There is no such recipe; there are: ${names()}.`);
if (!existsSync(values.data)) {
  fail(
    `${values.data} does not exist: give --data a .tar or folder with train/ and test/ of CIFAR-10 as pictures.`,
  );
}

for (const recipe of asked) {
  for (const seed of values.seeds.split(',').map(Number)) {
    for (const engine of values.engines.split(',') as Engine[]) await cell(recipe, seed, engine);
  }
  console.log(row(recipe, readCells()));
}

async function cell(recipe: Recipe, seed: number, engine: Engine): Promise<void> {
  const id = { recipe: recipe.name, engine, seed };
  if (!values.again && readCells().some((known) => key(known) === key(id))) return;
  const start = performance.now();
  const reached = await trainCell(recipe, seed, engine);
  const seconds = Math.round((performance.now() - start) / 1000);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  const date = new Date().toISOString().slice(0, 10);
  keepCell({ ...id, ...reached, seconds, date, machine });
  writeReport(readCells());
  const published = recipe.published === null ? 'not published' : `published ${recipe.published} %`;
  console.log(`${key(id)}: ${reached.accuracy.toFixed(2)} % (${published}), ${seconds} s`);
}

async function trainCell(
  recipe: Recipe,
  seed: number,
  engine: Engine,
): Promise<Pick<Cell, 'accuracy' | 'software'>> {
  if (engine === 'vitrine') return { accuracy: await trainWithVitrine(recipe, seed, values), software };
  const { accuracy, torch } = await trainWithTorch(recipe, seed, values);
  return { accuracy, software: `PyTorch ${torch}` };
}

function names(): string {
  return [...new Set(RECIPES.flatMap(({ writeUp, name }) => [writeUp, name]))].join(', ');
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
