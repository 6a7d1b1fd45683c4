import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';

/** The error that `work` throws, as users see it; anything but a LabError fails the test. */
export function labErrorOf(work: () => unknown): LabErrorJson {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error.toJSON();
    throw error;
  }
  throw new Error('expected a LabError, but nothing was thrown');
}

/** {@link labErrorOf} for a promise. */
export async function labErrorFrom(work: Promise<unknown>): Promise<LabErrorJson> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabError) return error.toJSON();
    throw error;
  }
  throw new Error('expected a LabError, but nothing was thrown');
}
