/** The database's schema as numbered steps. A step that was released is never changed; a new one follows it. */
import { LabError } from '../../../src-shared/errors.ts';
import { corruptLab, type Database } from './database.ts';

/** Marks the file as a lab's ("VITR"), in SQLite's header. */
const APPLICATION_ID = 0x56495452;

/** Step `n` brings schema version `n - 1` to `n`. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE datasets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,       -- NFC
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE classes (
    id INTEGER PRIMARY KEY,
    dataset_id INTEGER NOT NULL REFERENCES datasets (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,              -- NFC
    UNIQUE (dataset_id, name_key)
  ) STRICT;

  CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL
  ) STRICT;

  CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    dataset_id INTEGER NOT NULL REFERENCES datasets (id),
    content_id INTEGER NOT NULL REFERENCES contents (id),
    class_id INTEGER REFERENCES classes (id),
    split TEXT CHECK (split IN ('train', 'validation', 'test')),
    given_split TEXT CHECK (given_split IN ('train', 'validation', 'test')),
    excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
    flagged INTEGER NOT NULL DEFAULT 0 CHECK (flagged IN (0, 1)),
    path_key TEXT NOT NULL,              -- NFC
    path TEXT,                           -- the original spelling where it differs from path_key
    sort_key TEXT NOT NULL,              -- natural order; equal paths have equal keys
    UNIQUE (dataset_id, sort_key, path_key)
  ) STRICT;
  CREATE INDEX samples_copies ON samples (dataset_id, content_id, excluded, class_id);
  CREATE INDEX samples_classes ON samples (dataset_id, class_id);

  CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset_id INTEGER NOT NULL REFERENCES datasets (id),
    kind TEXT NOT NULL CHECK (kind IN ('edit', 'undo', 'redo')),
    target_id INTEGER REFERENCES operations (id),
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    CHECK ((kind = 'edit') = (target_id IS NULL))
  ) STRICT;
  CREATE INDEX operations_of_dataset ON operations (dataset_id, id);

  CREATE TABLE label_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id INTEGER NOT NULL REFERENCES operations (id),
    sample_id INTEGER NOT NULL REFERENCES samples (id),
    what TEXT NOT NULL CHECK (what IN ('label', 'excluded', 'flagged')),
    from_value INTEGER,                  -- a class's id for 'label', else 0 or 1
    to_value INTEGER
  ) STRICT;
  CREATE INDEX label_events_of_operation ON label_events (operation_id, id);
  CREATE INDEX label_events_of_sample ON label_events (sample_id, id);

  CREATE TRIGGER label_events_keep BEFORE DELETE ON label_events
    BEGIN SELECT RAISE(ABORT, 'label events are append-only'); END;
  CREATE TRIGGER label_events_fix BEFORE UPDATE ON label_events
    BEGIN SELECT RAISE(ABORT, 'label events are append-only'); END;
  CREATE TRIGGER operations_keep BEFORE DELETE ON operations
    BEGIN SELECT RAISE(ABORT, 'operations are append-only'); END;
  CREATE TRIGGER operations_fix BEFORE UPDATE ON operations
    BEGIN SELECT RAISE(ABORT, 'operations are append-only'); END;
  `,
  // The file extension of bytes that the lab keeps itself, below contents/; NULL for those at a sample's path.
  `ALTER TABLE contents ADD COLUMN stored TEXT`,
  `
  -- Deleted or merged into another; kept, because events name it.
  ALTER TABLE classes ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));

  CREATE TABLE class_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id INTEGER NOT NULL REFERENCES operations (id),
    class_id INTEGER NOT NULL REFERENCES classes (id),
    what TEXT NOT NULL CHECK (what IN ('name', 'removed')),
    from_value TEXT,                     -- a name for 'name', else '0' or '1'
    to_value TEXT
  ) STRICT;
  CREATE INDEX class_events_of_operation ON class_events (operation_id, id);
  CREATE TRIGGER class_events_keep BEFORE DELETE ON class_events
    BEGIN SELECT RAISE(ABORT, 'class events are append-only'); END;
  CREATE TRIGGER class_events_fix BEFORE UPDATE ON class_events
    BEGIN SELECT RAISE(ABORT, 'class events are append-only'); END;

  -- What an epoch of a run says about a data set's samples; the latest of each run and epoch is kept.
  CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset_id INTEGER NOT NULL REFERENCES datasets (id),
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    classes TEXT NOT NULL,               -- JSON: names in the order of the network's outputs
    at TEXT NOT NULL,
    UNIQUE (dataset_id, run, epoch)
  ) STRICT;
  CREATE TABLE predictions (
    evaluation_id INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
    sample_id INTEGER NOT NULL REFERENCES samples (id),
    split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test', 'none')), -- as the run had it
    predicted INTEGER NOT NULL,          -- index into the evaluation's classes
    class_id INTEGER REFERENCES classes (id), -- the predicted class, where the data set still has it
    confidence REAL NOT NULL,            -- probability of the predicted class
    entropy REAL NOT NULL,               -- of the probabilities, in nats
    probabilities BLOB NOT NULL,         -- float32, one for each class
    PRIMARY KEY (evaluation_id, sample_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX predictions_by_class ON predictions (evaluation_id, class_id);
  CREATE INDEX predictions_by_entropy ON predictions (evaluation_id, entropy);
  CREATE INDEX samples_by_split ON samples (dataset_id, split);
  `,
];

/** The schema this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Checks the file and brings its schema up to date, one transaction a step.
 *
 * @throws LabError `LAB_VERSION` for a newer program's lab, `LAB_CORRUPT` for a damaged or foreign file.
 */
export function prepareSchema(database: Database): void {
  const version = database.count('PRAGMA user_version');
  const isNew = version === 0 && database.count('SELECT count(*) FROM sqlite_schema') === 0;
  if (!isNew && database.count('PRAGMA application_id') !== APPLICATION_ID) {
    throw corruptLab(database.path, 'it is an SQLite file of another program');
  }
  if (version > SCHEMA_VERSION) {
    throw new LabError(
      'LAB_VERSION',
      `The lab's database ${database.path} has schema version ${version}; this program knows versions up to ${SCHEMA_VERSION}.`,
      { hint: 'Open the lab with the newer version of Vitrine that wrote it.' },
    );
  }
  selfCheck(database);
  for (const [index, step] of MIGRATIONS.slice(version).entries()) {
    database.transaction(() => {
      database.exec(step);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.exec(`PRAGMA user_version = ${version + index + 1}`);
    });
  }
}

function selfCheck(database: Database): void {
  const finding = Object.values(database.get('PRAGMA quick_check(1)') ?? {})[0];
  if (finding !== 'ok') throw corruptLab(database.path, String(finding).replace(/\s*\n\s*/g, '; '));
}
