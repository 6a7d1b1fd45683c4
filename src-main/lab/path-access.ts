/** Which paths a client of the lab may name. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';

/** Decides on paths that come with a call. */
export interface PathAccess {
  /** The folders below which everything is allowed; null where every path is. */
  readonly roots: readonly string[] | null;
  /**
   * The path, absolute.
   *
   * @throws LabError `PATH_FORBIDDEN` outside the roots, links followed
   */
  check(given: string): string;
}

/** For the terminal and the desktop, whose user may read and write what the system lets them. */
export const ALL_PATHS: PathAccess = { roots: null, check: (given) => path.resolve(given) };

/** For a server: only what lies below some folders. */
export function pathsBelow(folders: readonly string[]): PathAccess {
  const roots = folders.map((folder) => realpathSync(folder));
  return {
    roots,
    check(given) {
      const absolute = path.resolve(given);
      const real = realPath(absolute);
      if (roots.some((root) => real === root || real.startsWith(withSeparator(root)))) return absolute;
      throw new LabError(
        'PATH_FORBIDDEN',
        `The path ${absolute} is outside the folders that this server shows: ${roots.join(', ')}.`,
        { hint: 'Start the server with --root DIR to show another folder.' },
      );
    },
  };
}

/** Links resolved as far as the path exists. */
function realPath(absolute: string): string {
  try {
    return realpathSync(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute));
  }
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}
