/** Which samples are selected, and where in the list the keyboard is. */
import { computed, ref, shallowRef, watch } from 'vue';

/** A list of samples by their places. */
export interface SelectableList {
  readonly total: () => number;
  readonly idAt: (place: number) => number | undefined;
  /** The ids of the places from one up to another, which is not included. */
  readonly ids: (from: number, to: number) => Promise<readonly number[]>;
  /** Changes when the list is another one. */
  readonly key: () => string;
}

export function useSelection(list: SelectableList) {
  const ids = shallowRef<ReadonlySet<number>>(new Set());
  const active = ref(0);
  /** Where a range begins. */
  let anchor = 0;
  let turn = 0;

  const size = computed(() => ids.value.size);
  const has = (id: number): boolean => ids.value.has(id);

  function clear(): void {
    turn++;
    ids.value = new Set();
  }

  function moveTo(place: number): void {
    active.value = Math.max(0, Math.min(list.total() - 1, place));
  }

  /** Makes a sample the only one that is selected. */
  function go(place: number): void {
    turn++;
    moveTo(place);
    anchor = active.value;
    const id = list.idAt(active.value);
    ids.value = new Set(id === undefined ? [] : [id]);
  }

  function toggle(place: number): void {
    turn++;
    moveTo(place);
    anchor = active.value;
    const id = list.idAt(active.value);
    if (id === undefined) return;
    const next = new Set(ids.value);
    if (!next.delete(id)) next.add(id);
    ids.value = next;
  }

  /** Selects from where the range began. */
  async function extend(place: number): Promise<void> {
    moveTo(place);
    await select(Math.min(anchor, active.value), Math.max(anchor, active.value) + 1);
  }

  async function selectAll(): Promise<void> {
    await select(0, list.total());
  }

  async function select(from: number, to: number): Promise<void> {
    const mine = ++turn;
    // What is in sight is known already.
    const known = Array.from({ length: Math.min(to - from, 1000) }, (_, index) => list.idAt(from + index));
    const complete = to - from <= 1000 && known.every((id) => id !== undefined);
    const found = complete ? known : await list.ids(from, to);
    if (mine === turn) ids.value = new Set(found as readonly number[]);
  }

  watch(list.key, () => {
    clear();
    active.value = 0;
    anchor = 0;
  });
  watch(list.total, () => moveTo(active.value));

  return { ids, size, active, has, clear, go, toggle, extend, selectAll };
}

/** A selection; see {@link useSelection}. */
export type Selection = ReturnType<typeof useSelection>;
