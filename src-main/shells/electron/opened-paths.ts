/** Files and folders that the program is started with, or that the system asks it to open. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The existing files and folders among the arguments of a start.
 *
 * @param args without the program
 */
export function pathsAmong(args: readonly string[], workingFolder: string): string[] {
  return args
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => (URL.canParse(argument) ? pathOfUrl(argument) : path.resolve(workingFolder, argument)))
    .filter((file) => file !== undefined)
    .filter((file) => existsSync(file));
}

/** Whether a folder is a lab, rather than pictures. */
export function isLabFolder(folder: string): boolean {
  return existsSync(path.join(folder, 'lab.db'));
}

/** Linux desktops hand files over as URLs; a Windows path such as `C:\a` parses as one, too. */
function pathOfUrl(address: string): string | undefined {
  if (path.isAbsolute(address)) return address;
  return address.startsWith('file://') ? fileURLToPath(address) : undefined;
}
