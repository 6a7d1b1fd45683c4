/** What a new data set is called until somebody says otherwise. */

/** A data set's name from that of a folder, an archive or a list. */
export function datasetName(file: string): string {
  const name = file
    .replace(/\.(zip|tar|tgz|tar\.gz|csv|tsv|jsonl|ndjson|jpe?g|png|webp|gif|bmp|tiff?|avif)$/i, '')
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return name === '' ? 'images' : name.slice(0, 200).trim();
}

/** The name, with a number behind it if there is one of it. */
export function freeName(name: string, taken: readonly string[]): string {
  const keys = new Set(taken.map((other) => other.normalize()));
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name} ${number}`;
    if (!keys.has(free.normalize())) return free;
  }
}
