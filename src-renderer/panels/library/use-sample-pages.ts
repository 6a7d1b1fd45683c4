/** The samples of a query by their places, read a page at a time as they come into sight. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { toLabError } from '../../../src-shared/contract/errors.ts';
import type { SampleJson } from '../../../src-shared/contract/samples.ts';
import type { LabError } from '../../../src-shared/errors.ts';
import { useConnection } from '../../stores/connection.ts';
import { useSamples, type SampleQuery } from '../../stores/samples.ts';

/** Samples of a page. */
const PAGE = 120;

/** Pages that are kept: a few screens in both directions. */
const KEPT = 24;

type Pages = ReadonlyMap<number, readonly SampleJson[]>;

/** @param query undefined while there is no data set */
export function useSamplePages(query: () => SampleQuery | undefined) {
  const samples = useSamples();
  const connection = useConnection();
  /** Null until it is known. */
  const total = ref<number | null>(null);
  const pages = shallowRef<Pages>(new Map());
  const error = shallowRef<LabError>();
  const loading = new Set<number>();
  let visible: readonly [number, number] = [0, 0];
  let turn = 0;

  const key = computed(() => JSON.stringify(query()));

  /** The sample at a place; undefined while it is not known. */
  function at(place: number): SampleJson | undefined {
    return pages.value.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /** Says which places are in sight, so that their samples are read. */
  function show(first: number, last: number): void {
    visible = [Math.floor(first / PAGE), Math.floor(Math.max(first, last) / PAGE)];
    for (const page of visiblePages()) if (!pages.value.has(page)) void read(page);
  }

  function visiblePages(): number[] {
    return Array.from({ length: visible[1] - visible[0] + 1 }, (_, index) => visible[0] + index);
  }

  async function read(page: number): Promise<void> {
    const mine = turn;
    const now = query();
    if (now === undefined || loading.has(page)) return;
    loading.add(page);
    try {
      const answer = await samples.page(now, page * PAGE, PAGE);
      if (mine !== turn) return;
      total.value = answer.total;
      pages.value = trimmed(new Map([...pages.value, [page, answer.samples]]), page);
      error.value = undefined;
    } catch (thrown) {
      if (mine === turn) error.value = toLabError(thrown);
    } finally {
      if (mine === turn) loading.delete(page);
    }
  }

  /** Reads what is in sight again; what is shown stays until the answers are there. */
  async function refresh(): Promise<void> {
    const mine = ++turn;
    const now = query();
    loading.clear();
    if (now === undefined) {
      total.value = null;
      pages.value = new Map();
      return;
    }
    try {
      const wanted = visiblePages();
      const answers = await Promise.all(wanted.map((page) => samples.page(now, page * PAGE, PAGE)));
      if (mine !== turn) return;
      total.value = answers[0]?.total ?? 0;
      pages.value = new Map(answers.map((answer, index) => [wanted[index]!, answer.samples]));
      error.value = undefined;
      // What has come into sight meanwhile.
      for (const page of visiblePages()) if (!pages.value.has(page)) void read(page);
    } catch (thrown) {
      if (mine === turn) error.value = toLabError(thrown);
    }
  }

  /** A list that is another one begins at its beginning. */
  watch(key, () => {
    visible = [0, 0];
  });
  watch(
    () => {
      const dataset = query()?.dataset;
      return [
        key.value,
        dataset !== undefined && connection.revision(`samples:${dataset}`),
        dataset !== undefined && connection.revision(`predictions:${dataset}`),
      ];
    },
    () => void refresh(),
    { immediate: true },
  );
  onScopeDispose(() => turn++);

  return { total, error, key, at, show };
}

/** Without the pages that are farthest away. */
function trimmed(pages: Map<number, readonly SampleJson[]>, from: number): Pages {
  const far = [...pages.keys()].sort((a, b) => Math.abs(b - from) - Math.abs(a - from));
  for (const page of far.slice(0, Math.max(0, pages.size - KEPT))) pages.delete(page);
  return pages;
}
