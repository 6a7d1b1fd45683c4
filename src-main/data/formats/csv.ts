/** Tables as CSV that spreadsheets open as tables, and as nothing else. */
import Papa from 'papaparse';

/** What spreadsheets begin a formula with, also in full width, and white space that they look behind. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * A cell that no spreadsheet takes for a formula: one that begins with a formula's sign gets an apostrophe in front,
 * and so does one that begins with apostrophes before such a sign, so that the first can be taken away again.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function safeCell(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** Takes back what {@link safeCell} did. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Rows that are turned into text at once: between two lots the process can do something else. */
const LOT = 1000;

/**
 * A table as the bytes of a file, in pieces, for people who open it in a spreadsheet: with the byte order mark, without
 * which Excel takes UTF-8 for the code page of the system; every cell in quotes, so that a separator of another
 * country inside a cell does not split it; no cell a formula.
 */
export function* csvTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const encode = (cells: readonly (readonly (string | number)[])[]): Uint8Array =>
    encoder.encode(`${Papa.unparse(cells.map(safeRow), { quotes: true })}\r\n`);
  yield encoder.encode('\uFEFF');
  yield encode([header]);
  for (let at = 0; at < rows.length; at += LOT) yield encode(rows.slice(at, at + LOT));
}

function safeRow(row: readonly (string | number)[]): (string | number)[] {
  return row.map((cell) => (typeof cell === 'string' ? safeCell(cell) : cell));
}
