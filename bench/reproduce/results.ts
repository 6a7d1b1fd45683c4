/** What was reached, cell by cell, so that a reproduction can be stopped and gone on with: `results.json`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Who trained. */
export type Engine = 'vitrine' | 'pytorch';

/** One recipe with one seed. */
export interface Cell {
  readonly recipe: string;
  readonly engine: Engine;
  readonly seed: number;
  /** Test accuracy after the last epoch, in percent. */
  readonly accuracy: number;
  readonly seconds: number;
  readonly date: string;
  readonly machine: string;
  /** Versions of what computed. */
  readonly software: string;
}

const FILE = new URL('./results.json', import.meta.url);

/** Every cell so far. */
export function readCells(): Cell[] {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Cell[]) : [];
}

/** Adds a cell, or replaces the one of the same recipe, engine and seed. */
export function keepCell(cell: Cell): void {
  const others = readCells().filter((other) => key(other) !== key(cell));
  const cells = [...others, cell].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify(cells, null, 2)}\n`);
}

/** Tells cells apart. */
export function key({ recipe, engine, seed }: Pick<Cell, 'recipe' | 'engine' | 'seed'>): string {
  return `${recipe} ${engine} ${seed}`;
}
