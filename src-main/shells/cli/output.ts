/** Where a command's words go: results to standard output, everything else to standard error. */
import colors from 'picocolors';
import type { LabError } from '../../../src-shared/errors.ts';
import { printable } from './text.ts';

/** One event as a line of `--json`. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** How results are written: as JSON lines for programs, or as text for people. */
export class Output {
  readonly json: boolean;
  readonly #debug: boolean;

  constructor({ json, debug }: { readonly json: boolean; readonly debug: boolean }) {
    this.json = json;
    this.#debug = debug;
  }

  /** A result: the line with `--json`, else the text. */
  result(line: JsonLine, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(line)}\n` : `${text()}\n`);
  }

  /** Text that has no place among JSON lines. */
  text(text: string): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** Something worth knowing that is no result. */
  note(message: string): void {
    process.stderr.write(`${colors.yellow('note')}: ${printable(message)}\n`);
  }

  /** Why the command failed; with `--json` on standard output too. */
  error(error: LabError): void {
    const { message, hint } = error;
    const advice = hint === undefined ? '' : ` ${printable(hint)}`;
    process.stderr.write(`${colors.red('error')}: ${printable(ended(message))}${advice}\n`);
    if (this.#debug) process.stderr.write(`${stackOf(error)}\n`);
    if (this.json) process.stdout.write(`${JSON.stringify({ event: 'error', ...error.toJSON() })}\n`);
  }
}

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function stackOf(error: LabError): string {
  const causes = [error.stack ?? ''];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    causes.push(`caused by: ${cause.stack ?? cause.message}`);
  }
  return causes.join('\n');
}
