/** Arrow keys in a group of cells, of which one at a time can be reached with the Tab key. */
import { ref, type Ref } from 'vue';

const CELL = '[data-cell]';

/** The cell that the Tab key reaches, by its number, and a handler for keys pressed in the group. */
export function useRoving(): {
  readonly at: Ref<number>;
  readonly onKeydown: (event: KeyboardEvent) => void;
} {
  const at = ref(0);

  function onKeydown(event: KeyboardEvent): void {
    const cells = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(CELL)];
    const now = cells.indexOf((event.target as HTMLElement).closest<HTMLElement>(CELL)!);
    if (now === -1) return;
    const next = target(event.key, now, cells);
    if (next === undefined) return;
    event.preventDefault();
    at.value = next;
    cells[next]!.focus();
  }

  return { at, onKeydown };
}

function target(key: string, now: number, cells: readonly HTMLElement[]): number | undefined {
  const columns = Math.max(
    1,
    cells.findIndex(({ offsetTop }) => offsetTop > cells[0]!.offsetTop),
  );
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: now - 1,
    ArrowRight: now + 1,
    ArrowUp: now - columns,
    ArrowDown: now + columns,
    Home: 0,
    End: cells.length - 1,
  };
  const next = moves[key];
  return next === undefined || next < 0 || next >= cells.length ? undefined : next;
}
