/** Which samples are shown, and in which order: it stands in the page's address, where other panels write it too. */
import { computed } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';
import { SAMPLE_ORDERS } from '../../../src-shared/contract/samples.ts';
import type { SampleQuery } from '../../stores/samples.ts';

/** What samples are chosen and sorted by. */
export type Filters = Omit<SampleQuery, 'dataset' | 'evaluation'>;

const FLAGS = ['excluded', 'flagged', 'conflict', 'duplicate'] as const;
const SPLITS = ['train', 'validation', 'test'] as const;

/** The filters in an address. What is no filter is passed over. */
function parse(query: LocationQuery): Filters {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const split = SPLITS.find((name) => name === text('split'));
  const unsure = Number(text('unsure'));
  return {
    ...(text('unlabelled') === undefined ? {} : { className: null }),
    ...(text('class') !== undefined && { className: text('class')! }),
    ...(split !== undefined && { split }),
    ...(text('split') === 'none' && { split: null }),
    ...Object.fromEntries(FLAGS.flatMap((name) => (text(name) === undefined ? [] : [[name, true]]))),
    ...(text('text') !== undefined && { text: text('text')! }),
    ...(text('predicted') !== undefined && { predicted: text('predicted')! }),
    ...(text('right') !== undefined && { right: text('right') === '1' }),
    ...(unsure > 0 && unsure <= 1 && { minUncertainty: unsure }),
    order: SAMPLE_ORDERS.find((name) => name === text('sort')) ?? 'path',
    descending: text('down') !== undefined,
  };
}

function toQuery(filters: Filters): Record<string, string> {
  const { className, split, text, predicted, right, minUncertainty, order, descending } = filters;
  return {
    ...(className === null ? { unlabelled: '1' } : className !== undefined && { class: className }),
    ...(split === null ? { split: 'none' } : split !== undefined && { split }),
    ...Object.fromEntries(FLAGS.flatMap((name) => (filters[name] === true ? [[name, '1']] : []))),
    ...(text !== undefined && text !== '' && { text }),
    ...(predicted !== undefined && { predicted }),
    ...(right !== undefined && { right: right ? '1' : '0' }),
    ...(minUncertainty !== undefined && minUncertainty > 0 && { unsure: String(minUncertainty) }),
    ...(order !== undefined && order !== 'path' && { sort: order }),
    ...(descending === true && { down: '1' }),
  };
}

export function useFilters() {
  const route = useRoute();
  const router = useRouter();
  const filters = computed(() => parse(route.query));
  /** The sample that another panel wants to be looked at. */
  const asked = computed(() => Number(route.query['sample']) || null);
  const isFiltered = computed(() =>
    Object.entries(filters.value).some(
      ([name, value]) => !['order', 'descending'].includes(name) && value !== undefined,
    ),
  );

  /** Changes some filters; undefined removes one. */
  function set(changes: { readonly [Name in keyof Filters]?: Filters[Name] | undefined }): void {
    const all = { ...filters.value, ...changes } as Filters;
    void router.replace({ query: toQuery(all) });
  }

  function clear(): void {
    const { order, descending } = filters.value;
    void router.replace({ query: toQuery({ order, descending } as Filters) });
  }

  return { filters, asked, isFiltered, set, clear };
}
