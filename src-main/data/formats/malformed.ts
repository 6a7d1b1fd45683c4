import { LabError } from '../../../src-shared/errors.ts';

/** The error for a file that is not what its name says. `problem` is a clause. */
export function malformed(path: string, problem: string, cause?: unknown): LabError {
  return new LabError('FORMAT_MALFORMED', `The file ${path} cannot be read: ${problem}.`, {
    hint: 'It is damaged, cut off or of another format; nothing was imported.',
    cause,
  });
}
