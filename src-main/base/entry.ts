/**
 * Where the files lie that are started as a process or a worker thread of their own, and the resources shipped
 * with the program: from the TypeScript sources (Node strips the types) as well as from the built bundles.
 */

/** Every separately started file: its name in `out/main/<name>.js` and its source below `src-main/`. */
export const ENTRIES = {
  cli: 'shells/cli/main.ts',
  compute: 'runs/compute.ts',
  electron: 'shells/electron/main.ts',
  lab: 'shells/electron/lab-process.ts',
  'loader-worker': 'data/loader-worker.ts',
} as const;

/** The name of one of {@link ENTRIES}. */
export type EntryName = keyof typeof ENTRIES;

/**
 * The file to start for `name`: the source when this module itself runs from source, else its bundle. The build
 * puts every bundle and every shared chunk into one flat folder, so the bundle lies beside the running file.
 */
export function entryUrl(name: EntryName, here: string = import.meta.url): URL {
  return here.endsWith('.ts') ? new URL(`../${ENTRIES[name]}`, here) : new URL(`./${name}.js`, here);
}

/**
 * A file of `resources/`. Sources (`src-main/base/`) and bundles (`out/main/`) are equally deep. Of the packaged
 * desktop program the bundles lie in the archive `resources/app.asar`, and what is in `resources/` here beside it.
 */
export function resourceUrl(relative: string, here: string = import.meta.url): URL {
  const folder = here.includes('/app.asar/') ? '../../../' : '../../resources/';
  return new URL(folder + relative, here);
}
