/** Queries on samples and contents. */
import { compareCodePoints, naturalKey } from '../natural-order.ts';
import { ensureClass } from './classes.ts';
import { contentPath } from './contents.ts';
import type { Database, Row } from './database.ts';
import { forgetPredictions } from './predictions.ts';
import type { Content, CopyGroup, NewSample, SampleRow, Split } from './types.ts';

/** How many samples were new, had new bytes under a known path, or were known as they are. */
export interface AddedCounts {
  readonly added: number;
  readonly updated: number;
  readonly known: number;
}

/** Adds samples; a path the data set has already is only given its new content. Call in a transaction. */
export function insertSamples(
  database: Database,
  datasetId: number,
  samples: readonly NewSample[],
): AddedCounts {
  const counts = { added: 0, updated: 0, known: 0 };
  for (const sample of samples) counts[insertSample(database, datasetId, sample)]++;
  return counts;
}

function insertSample(database: Database, datasetId: number, sample: NewSample): keyof AddedCounts {
  const contentId = ensureContent(database, sample.content);
  const { key, spelling, sortKey } = pathColumns(sample.path);
  const known = database.get(
    'SELECT id, content_id FROM samples WHERE dataset_id = ? AND sort_key = ? AND path_key = ?',
    datasetId,
    sortKey,
    key,
  );
  if (known !== undefined) {
    if (known['content_id'] === contentId) return 'known';
    database.run('UPDATE samples SET content_id = ? WHERE id = ?', contentId, known['id']!);
    forgetPredictions(database, datasetId, Number(known['id']));
    return 'updated';
  }
  const classId = sample.className === null ? null : ensureClass(database, datasetId, sample.className);
  database.run(
    `INSERT INTO samples (dataset_id, content_id, class_id, split, given_split, path_key, path, sort_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[datasetId, contentId, classId, sample.split, sample.split],
    ...[key, spelling, sortKey],
  );
  return 'added';
}

/** A path as the table keeps it: by its key, and by its spelling where that differs. */
export function pathColumns(path: string): { key: string; spelling: string | null; sortKey: string } {
  const key = path.normalize('NFC');
  const sortKey = naturalKey(key.replaceAll('\\', '/'));
  return { key, spelling: path === key ? null : path, sortKey };
}

function ensureContent(database: Database, content: Content): number {
  const hash = Buffer.from(content.sha256, 'hex');
  const stored = content.stored ?? null;
  const known = database.get('SELECT id, stored FROM contents WHERE sha256 = ?', hash);
  if (known === undefined) {
    return database.run(
      'INSERT INTO contents (sha256, size, width, height, format, stored) VALUES (?, ?, ?, ?, ?, ?)',
      ...[hash, content.size, content.width, content.height, content.format, stored],
    ).id;
  }
  const id = Number(known['id']);
  if (stored !== null && known['stored'] === null) {
    database.run('UPDATE contents SET stored = ? WHERE id = ?', stored, id);
  }
  return id;
}

/** What is known about bytes of that hash. */
export function findContent(database: Database, sha256: string): Content | undefined {
  const row = database.get(
    'SELECT size, width, height, format, stored FROM contents WHERE sha256 = ?',
    Buffer.from(sha256, 'hex'),
  );
  if (row === undefined) return undefined;
  return {
    sha256,
    size: Number(row['size']),
    width: Number(row['width']),
    height: Number(row['height']),
    format: String(row['format']),
    ...(row['stored'] !== null && { stored: String(row['stored']) }),
  };
}

/** Contents whose labelled, not excluded copies in the data set `?1` do not all have the same class. */
const CONFLICTS = `
  SELECT content_id FROM samples
  WHERE dataset_id = ?1 AND excluded = 0 AND class_id IS NOT NULL
  GROUP BY content_id HAVING min(class_id) <> max(class_id)`;

/** All samples of a data set of the lab in that folder, in natural order of their paths. */
export function listRows(database: Database, labFolder: string, datasetId: number): SampleRow[] {
  return database
    .all(
      `WITH conflicts AS MATERIALIZED (${CONFLICTS})
       SELECT s.id, coalesce(s.path, s.path_key) AS path, lower(hex(c.sha256)) AS sha256, c.width, c.height, c.stored,
         k.name AS class_name, s.split, s.given_split, s.excluded, s.flagged,
         s.excluded = 0 AND s.class_id IS NOT NULL AND s.content_id IN conflicts AS conflict
       FROM samples s JOIN contents c ON c.id = s.content_id LEFT JOIN classes k ON k.id = s.class_id
       WHERE s.dataset_id = ?1 ORDER BY s.sort_key, s.path_key`,
      datasetId,
    )
    .map((row) => toSampleRow(row, labFolder));
}

/** A sample of the lab in that folder, from the columns that {@link listRows} selects. */
export function toSampleRow(row: Row, labFolder: string): SampleRow {
  const [path, sha256] = [String(row['path']), String(row['sha256'])];
  return {
    id: Number(row['id']),
    path,
    file: row['stored'] === null ? path : contentPath(labFolder, sha256, String(row['stored'])),
    sha256,
    width: Number(row['width']),
    height: Number(row['height']),
    className: row['class_name'] as string | null,
    split: row['split'] as Split | null,
    givenSplit: row['given_split'] as Split | null,
    excluded: row['excluded'] === 1,
    flagged: row['flagged'] === 1,
    conflict: row['conflict'] === 1,
  };
}

/** Samples with the same bytes, each group in natural order, the groups by their first path. */
export function listCopies(database: Database, datasetId: number): CopyGroup[] {
  const copies = `SELECT content_id FROM samples WHERE dataset_id = ?1 GROUP BY content_id HAVING count(*) > 1`;
  return listGroups(database, datasetId, copies);
}

/** Groups of copies whose labels differ. */
export function listConflicts(database: Database, datasetId: number): CopyGroup[] {
  return listGroups(database, datasetId, CONFLICTS);
}

function listGroups(database: Database, datasetId: number, contents: string): CopyGroup[] {
  const rows = database.all(
    `SELECT coalesce(s.path, s.path_key) AS path, lower(hex(c.sha256)) AS sha256,
       CASE s.excluded WHEN 0 THEN k.name END AS label, k.name_key
     FROM samples s JOIN contents c ON c.id = s.content_id LEFT JOIN classes k ON k.id = s.class_id
     WHERE s.dataset_id = ?1 AND s.content_id IN (${contents}) ORDER BY s.sort_key, s.path_key`,
    datasetId,
  );
  return [...Map.groupBy(rows, (row) => String(row['sha256']))].map(([sha256, members]) => ({
    sha256,
    paths: members.map((row) => String(row['path'])),
    labels: distinctLabels(members),
  }));
}

function distinctLabels(rows: readonly Row[]): string[] {
  const byKey = new Map<string, string>();
  for (const row of rows) {
    if (row['label'] !== null) byKey.set(String(row['name_key']), String(row['label']));
  }
  return [...byKey].sort(([a], [b]) => compareCodePoints(a, b)).map(([, name]) => name);
}

/** Writes which split each sample belongs to. Call in a transaction. */
export function writeSplits(database: Database, splits: ReadonlyMap<number, Split | null>): void {
  for (const [id, split] of splits) {
    database.run('UPDATE samples SET split = ?1 WHERE id = ?2 AND split IS NOT ?1', split, id);
  }
}
