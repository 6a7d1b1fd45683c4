/** Which images of a grid are selected, and where the keyboard is. */
import { computed, nextTick, ref, watch, type Ref } from 'vue';
import type { GridItem } from './grid-item.ts';

/** @param list the element whose children are the images */
export function useGridSelection(items: () => readonly GridItem[], list: Ref<HTMLElement | null>) {
  const ids = ref<ReadonlySet<number>>(new Set());
  const active = ref(0);
  /** Where a range begins. */
  let anchor = 0;

  const chosen = computed(() => items().filter(({ id }) => ids.value.has(id)));
  const isChosen = (id: number): boolean => ids.value.has(id);

  function focus(): void {
    (list.value?.children[active.value] as HTMLElement | undefined)?.focus();
  }

  /** Makes an image the only one that is selected. */
  function go(to: number): void {
    active.value = Math.max(0, Math.min(items().length - 1, to));
    anchor = active.value;
    const item = items()[active.value];
    ids.value = new Set(item === undefined ? [] : [item.id]);
  }

  function extend(to: number): void {
    active.value = Math.max(0, Math.min(items().length - 1, to));
    const [from, through] = [Math.min(anchor, active.value), Math.max(anchor, active.value)];
    ids.value = new Set(
      items()
        .slice(from, through + 1)
        .map(({ id }) => id),
    );
  }

  function toggle(at: number): void {
    const id = items()[at]!.id;
    const next = new Set(ids.value);
    if (!next.delete(id)) next.add(id);
    ids.value = next;
    active.value = at;
    anchor = at;
  }

  function onClick({ shiftKey, ctrlKey, metaKey }: MouseEvent, at: number): void {
    if (shiftKey) extend(at);
    else if (ctrlKey || metaKey) toggle(at);
    else go(at);
  }

  /** @returns whether the key was one that moves or selects */
  function onKey(event: KeyboardEvent): boolean {
    if (event.key === ' ') toggle(active.value);
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      ids.value = new Set(items().map(({ id }) => id));
    } else {
      const to = target(event.key);
      if (to === undefined) return false;
      if (event.shiftKey) extend(to);
      else go(to);
      void nextTick(focus);
    }
    event.preventDefault();
    return true;
  }

  function target(key: string): number | undefined {
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() },
      ...{ Home: -Infinity, End: Infinity },
    };
    const step = steps[key];
    return step === undefined ? undefined : active.value + step;
  }

  function columns(): number {
    const children = [...(list.value?.children ?? [])] as HTMLElement[];
    const next = children.findIndex((child) => child.offsetTop > children[0]!.offsetTop);
    return next < 0 ? Math.max(1, children.length) : next;
  }

  // What was dealt with leaves the list: the image that takes its place is next.
  watch(items, (now) => {
    if (chosen.value.length > 0 || now.length === 0) return;
    const had = list.value?.contains(document.activeElement) === true;
    const began = ids.value.size === 0;
    active.value = Math.max(0, Math.min(now.length - 1, active.value));
    if (began) return;
    go(active.value);
    if (had) void nextTick(focus);
  });

  return { active, chosen, isChosen, focus, go, onClick, onKey };
}
