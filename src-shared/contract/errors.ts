/** Errors on their way through a procedure: out of the lab as typed errors of the contract, and back again. */
import { ORPCError } from '@orpc/contract';
import { ERROR_CODES, LabError, type ErrorCode } from '../errors.ts';
import { describeIssues, type Issue } from './issues.ts';

/** Any error of a handler as one of the contract. Input that a validator refused becomes `INVALID_ARGUMENT`. */
export function toContractError(error: unknown): ORPCError<ErrorCode, { hint?: string }> {
  const { code, message, hint } = toLabError(error);
  return new ORPCError(code, { message, data: hint === undefined ? {} : { hint }, cause: error });
}

/** Any error that a client of the contract got, as the lab threw it. */
export function toLabError(error: unknown): LabError {
  if (!(error instanceof ORPCError)) return LabError.from(error);
  const { code, message, data, cause } = error as ORPCError<string, { hint?: string; issues?: Issue[] }>;
  if (isErrorCode(code)) {
    const hint = data.hint;
    return new LabError(code, message, { ...(hint !== undefined && { hint }), cause: cause ?? error });
  }
  if (code === 'BAD_REQUEST' && data.issues !== undefined) {
    return new LabError('INVALID_ARGUMENT', describeIssues(data.issues), { cause: error });
  }
  return new LabError('INTERNAL', message, { cause: cause ?? error });
}

function isErrorCode(code: string): code is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(code);
}
