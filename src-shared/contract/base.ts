/** What every procedure of the contract shares: its errors. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';

/** What an error carries besides its code and message. */
export const errorData = z.object({
  /** What the user can try, as a full sentence. */
  hint: z.string().optional(),
});

interface ErrorData {
  readonly data: typeof errorData;
}

const errors = Object.fromEntries(ERROR_CODES.map((code) => [code, { data: errorData }])) as Record<
  ErrorCode,
  ErrorData
>;

/** Begins a procedure. Any of them can fail with any {@link ErrorCode}. */
export const procedure = oc.errors(errors);
