/** Bringing images in: what is about to be imported, what is in it, and the import. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { z } from 'zod';
import { useClient } from '../client/index.ts';
import type { importSchema } from '../../src-shared/contract/datasets.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import type { SourcePlanJson } from '../../src-shared/contract/source-reports.ts';
import { useDatasets } from './datasets.ts';
import { useJobs } from './jobs.ts';

/** How images are read. */
export type ImportFormat = z.output<typeof importSchema>['format'];

/** What is to be imported. */
export interface ImportSource {
  /** A folder, an archive or a list. */
  readonly path: string;
  /** The only entries of the folder; null for all. */
  readonly only: readonly string[] | null;
  /** For people. */
  readonly name: string;
}

/** What the user decided about an import. */
export interface ImportDecision {
  readonly dataset: string;
  readonly format: ImportFormat;
  /** Null for all. */
  readonly classes: readonly string[] | null;
  /** New names by those of the source. */
  readonly rename: Readonly<Record<string, string>>;
  readonly split: boolean;
}

/** What is found out about a source, step by step. */
export interface Found {
  readonly job: string;
  plan: SourcePlanJson | null;
  inspection: ResultOf<'inspect'> | null;
}

const IMAGE = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;

/** One source for everything that was dropped together. */
export function toSource(paths: readonly string[], name: string): ImportSource | null {
  const [first] = paths;
  if (first === undefined) return null;
  const cut = Math.max(first.lastIndexOf('/'), first.lastIndexOf('\\'));
  if (paths.length === 1 && !IMAGE.test(first)) return { path: first, only: null, name };
  const only = paths.map((path) => path.slice(cut + 1));
  return { path: first.slice(0, cut) || '/', only, name };
}

export const useImports = defineStore('imports', () => {
  const jobs = useJobs();
  const datasets = useDatasets();
  const source = shallowRef<ImportSource | null>(null);

  /** The import that is under way. */
  const running = computed(() => jobs.running.find(({ kind }) => kind === 'import'));

  /** Asks about an import of these entries, which lie in one folder. */
  function ask(paths: readonly string[], name: string): void {
    source.value = toSource(paths, name);
  }

  /** Looks at a source. @param tell called with what is known so far */
  async function inspect(
    { path, only }: ImportSource,
    format: ImportFormat,
    tell: (found: Found) => void,
  ): Promise<void> {
    const { job } = await useClient().datasets.inspect({ path, format, only: only && [...only] });
    let found: Found = { job, plan: null, inspection: null };
    tell(found);
    for await (const event of jobs.events(job)) {
      if (event.event === 'plan') tell((found = { ...found, plan: event.plan }));
    }
    tell({ ...found, inspection: (await jobs.finished(job)) as ResultOf<'inspect'> });
  }

  /** Imports, and shows the data set when it is there. */
  async function run(
    { path, only }: ImportSource,
    { split, classes, ...decision }: ImportDecision,
    onStart: (job: string) => void,
  ): Promise<ResultOf<'import'>> {
    const started = useClient().datasets.import({
      ...{ path, ...decision, only: only && [...only], classes: classes && [...classes] },
      split: split ? {} : null,
    });
    const report = (await jobs.run(started, onStart)) as ResultOf<'import'>;
    await datasets.read();
    datasets.choose(decision.dataset);
    return report;
  }

  /** Draws the sample pictures, below the lab's folder. @returns where they lie */
  async function drawSamples(): Promise<string> {
    const { lab } = await useClient().files.roots();
    const folder = `${lab}/sample-pictures`;
    await jobs.run(useClient().datasets.drawDemoSet({ folder }));
    return folder;
  }

  /** Ends the look at a source. */
  async function giveUp(job: string): Promise<void> {
    if (jobs.get(job)?.status === 'running') await jobs.cancel(job);
  }

  return { source, running, ask, inspect, run, drawSamples, giveUp };
});
