/** A thin layer over node:sqlite: prepared statements kept, transactions, and errors that users understand. */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { LabError } from '../../../src-shared/errors.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

// Primary result codes of https://www.sqlite.org/rescode.html; extended codes carry them in the low byte.
const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** One connection to one database file. Every method throws LabError for what the disk or the file causes. */
export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or creates the file. */
  constructor(path: string) {
    this.path = path;
    this.#connection = this.#guard(() => new DatabaseSync(path, { enableForeignKeyConstraints: true }));
  }

  /** Runs statements that return nothing. */
  exec(sql: string): void {
    this.#guard(() => this.#connection.exec(sql));
  }

  /** Runs one statement; `id` is the last inserted row's. */
  run(sql: string, ...values: SQLInputValue[]): { id: number; changes: number } {
    const result = this.#guard(() => this.#statement(sql).run(...values));
    return { id: Number(result.lastInsertRowid), changes: Number(result.changes) };
  }

  /** The first row, if there is one. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values));
  }

  /** All rows. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values));
  }

  /** The first column of the first row as a number; the row must exist. */
  count(sql: string, ...values: SQLInputValue[]): number {
    return Number(Object.values(this.get(sql, ...values) ?? {})[0]);
  }

  /** Makes a function that SQL knows by that name; how many values it takes is how many `work` declares. */
  define(name: string, work: (...values: never[]) => SQLInputValue): void {
    this.#connection.function(name, work as (...values: SQLOutputValue[]) => SQLInputValue);
  }

  /** Does all of `work` or, when it throws, nothing of it. Not nested. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, this.path);
    }
  }
}

/** SQLite's result code without its extension, or undefined for other errors. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error instanceof LabError ? error.cause : error) === SQLITE_BUSY;
}

function translate(error: unknown, path: string): unknown {
  const reason = error instanceof Error ? error.message : String(error);
  switch (resultCode(error)) {
    case SQLITE_FULL:
      return new LabError(
        'DISK_FULL',
        `Cannot write ${path}: the disk is full. What was saved before is kept.`,
        {
          hint: 'Free some space and repeat the command.',
          cause: error,
        },
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corruptLab(path, reason, error);
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return new LabError('OUTPUT_UNWRITABLE', `Cannot write ${path}: ${reason}.`, {
        hint: 'Check that the lab folder can be written to, or choose another one with --lab.',
        cause: error,
      });
    default:
      return error;
  }
}

/** The error for a database file that cannot be trusted. */
export function corruptLab(path: string, problem: string, cause?: unknown): LabError {
  return new LabError('LAB_CORRUPT', `The lab's database ${path} is damaged: ${problem}.`, {
    hint: 'Restore the file from a backup, or start a new lab with --lab; the original images are not touched.',
    cause,
  });
}
