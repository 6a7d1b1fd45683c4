import { expect } from 'vitest';
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';

/** The LabError a promise rejects with, as JSON: its code, exact message and hint. */
export async function errorOf(promise: Promise<unknown>): Promise<LabErrorJson> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabError);
  return (error as LabError).toJSON();
}
