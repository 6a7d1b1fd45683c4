import { existsSync } from 'node:fs';
import path from 'node:path';

const SHARED = path.resolve(import.meta.dirname, '../../../shared');

/**
 * The absolute path of a file or folder of the optional `shared` folder beside the checkout (real photographs,
 * larger data sets), or undefined when it is not there: then a test skips itself and says why.
 */
export function sharedPath(relative: string): string | undefined {
  const full = path.join(SHARED, relative);
  return existsSync(full) ? full : undefined;
}
