/** The rows of a list of images. */
import Papa from 'papaparse';
import { plainCell, safeCell } from './csv.ts';
import { malformed } from './malformed.ts';

/** One image, as the list has it; empty where it says nothing. */
export interface ManifestRow {
  readonly path: string;
  readonly label: string;
  readonly split: string;
}

const PATHS = [
  'path',
  'file',
  'filename',
  'file_name',
  'filepath',
  'file_path',
  'image',
  'image_path',
  'img',
];
const LABELS = ['label', 'class', 'class_name', 'classname', 'category', 'target'];
const SPLITS = ['split', 'set', 'subset', 'partition'];

/** @throws LabError `FORMAT_MALFORMED` */
export function parseManifest(path: string, bytes: Uint8Array): ManifestRow[] {
  const text = decodeText(path, bytes);
  const rows = /\.(jsonl|ndjson)$/i.test(path) ? jsonRows(path, text) : csvRows(path, text);
  if (rows.length === 0) throw malformed(path, 'it lists nothing');
  return rows;
}

function decodeText(path: string, bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed(path, 'it is not UTF-8; save it as such (in Excel: "CSV UTF-8")', error);
  }
}

function csvRows(path: string, text: string): ManifestRow[] {
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const error = errors.find(({ type }) => type === 'Quotes');
  if (error !== undefined) throw malformed(path, `row ${(error.row ?? 0) + 1}: ${error.message}`);
  const cells = data.map((row) => row.map((cell) => plainCell(cell.trim())));
  const header = columnsOf(cells[0] ?? []);
  const { path: at, label, split } = header ?? { path: 0, label: 1, split: 2 };
  return cells.slice(header === undefined ? 0 : 1).map((row, index) => {
    const [file = '', className] = [row[at], row[label]];
    if (file !== '' && className !== undefined)
      return { path: file, label: className, split: row[split] ?? '' };
    const number = index + (header === undefined ? 1 : 2);
    throw malformed(path, `row ${number} has ${row.length} columns, expected a path and a label`);
  });
}

/** Where a header has its columns, or undefined for a row that is no header. */
function columnsOf(cells: readonly string[]): Record<keyof ManifestRow, number> | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  const find = (known: readonly string[]): number => names.findIndex((name) => known.includes(name));
  const columns = { path: find(PATHS), label: find(LABELS), split: find(SPLITS) };
  return columns.path < 0 || columns.label < 0 ? undefined : columns;
}

/** Rows as CSV with a header; splits only if there are any. */
export function formatManifest(rows: readonly ManifestRow[]): string {
  const fields = rows.some(({ split }) => split !== '') ? ['path', 'label', 'split'] : ['path', 'label'];
  const data = rows.map(({ path, label, split }) => [safeCell(path), safeCell(label), split]);
  return `${Papa.unparse({ fields, data: data.map((cells) => cells.slice(0, fields.length)) })}\r\n`;
}

function jsonRows(path: string, text: string): ManifestRow[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const row = parseLine(path, line, index + 1);
    const [file, label, split] = [PATHS, LABELS, SPLITS].map((names) => textIn(row, names));
    if (file !== '' && file !== undefined && label !== undefined)
      return [{ path: file, label, split: split ?? '' }];
    throw malformed(path, `line ${index + 1} has no "path" and "label"`);
  });
}

function parseLine(path: string, line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw malformed(path, `line ${number} is no JSON (${(error as Error).message})`, error);
  }
  throw malformed(path, `line ${number} is no JSON object`);
}

function textIn(row: Record<string, unknown>, names: readonly string[]): string | undefined {
  const key = Object.keys(row).find((name) => names.includes(name.toLowerCase()));
  const value = key === undefined ? undefined : row[key];
  if (value === null) return '';
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
