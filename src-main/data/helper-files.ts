/** Files and folders that lie beside images and are none, told by their names so that they are never opened. */

const SYSTEM_FILES = new Set(['thumbs.db', 'desktop.ini', 'ehthumbs.db', 'icon\r']);

const SYSTEM_FOLDERS = new Set(['__macosx', '$recycle.bin', 'system volume information', '@eadir']);

const OTHER_EXTENSIONS = new Set([
  ...['txt', 'md', 'csv', 'tsv', 'json', 'jsonl', 'xml', 'yaml', 'yml', 'toml', 'ini', 'log', 'html', 'htm'],
  ...['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'rtf', 'py', 'ipynb', 'js', 'sh', 'bat', 'mat'],
  ...['ndjson', 'npy', 'npz', 'h5', 'hdf5', 'pkl', 'pt', 'pth'],
  ...['onnx', 'safetensors', 'db', 'sqlite', 'mp3', 'wav', 'mp4', 'mov', 'avi', 'mkv', 'exe', 'dll'],
]);

const ARCHIVES = new Set(['zip', 'gz', 'tgz', 'tar', 'bz2', 'xz', '7z', 'rar', 'zst']);

/** Why a file of that name is not read, or undefined when its content has to tell. */
export function helperFileReason(name: string): string | undefined {
  if (SYSTEM_FILES.has(name.toLowerCase())) return 'a system file';
  if (name.startsWith('.')) return 'a hidden file';
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined) return undefined;
  if (ARCHIVES.has(extension)) return `an archive: import it by itself (.zip, .tar, .tar.gz), or unpack it`;
  return OTHER_EXTENSIONS.has(extension) ? `not an image: .${extension} files are not read` : undefined;
}

/** Why a folder of that name is not entered, or undefined. */
export function helperFolderReason(name: string): string | undefined {
  if (SYSTEM_FOLDERS.has(name.toLowerCase())) return 'a system folder';
  return name.startsWith('.') ? 'a hidden folder' : undefined;
}
