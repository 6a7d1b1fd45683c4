/** What the palette offers: the commands of whatever is on the screen. */
import { defineStore } from 'pinia';
import { computed, shallowReactive } from 'vue';

/** Something a user can ask for by name. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** Where it belongs, for people: a panel's name. */
  readonly group: string;
  /** As people write it: `Ctrl+K`, `E`. */
  readonly shortcut?: string;
  readonly run: () => unknown;
}

export const useCommandList = defineStore('commands', () => {
  const sources = shallowReactive(new Set<() => readonly Command[]>());
  const all = computed(() => [...sources].flatMap((source) => source()));

  /** Offers commands until the returned function is called. */
  function offer(source: () => readonly Command[]): () => void {
    sources.add(source);
    return () => sources.delete(source);
  }

  return { all, offer };
});
