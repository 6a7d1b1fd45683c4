/** Writes archives. */
import { create } from 'tar';

/**
 * Packs what lies in a folder as an uncompressed tar, which every system opens: images do not get smaller.
 *
 * @throws Error of the file system
 */
export async function packFolder(folder: string, file: string): Promise<void> {
  // Given as one folder, since names could look like options to tar.
  await create({ cwd: folder, file, portable: true }, ['.']);
}
