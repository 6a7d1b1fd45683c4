/** What happens to files that are dropped on the page: the panel on the screen may take them, else they are imported. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Dropped } from '../client/drops.ts';
import { sendFiles } from '../client/uploads.ts';

/** Takes drops. */
export interface DropTaker {
  /** What will happen, for the sheet that is shown while something is dragged over the page. */
  readonly label: string;
  readonly take: (dropped: Dropped) => void;
}

/** How far files are on their way to the server. */
export interface Sending {
  readonly sent: number;
  readonly total: number;
  readonly cancel: () => void;
}

export const useDrops = defineStore('drops', () => {
  const takers = shallowRef<readonly DropTaker[]>([]);
  const sending = shallowRef<Sending | null>(null);
  /** Who takes a drop now: the last that asked for it. */
  const taker = computed(() => takers.value.at(-1));

  /** Takes drops until the returned function is called. */
  function takeDrops(taker: DropTaker): () => void {
    takers.value = [...takers.value, taker];
    return () => {
      takers.value = takers.value.filter((other) => other !== taker);
    };
  }

  /**
   * Where the lab finds what was dropped: the entries themselves on the desktop; in a browser the folder of the lab
   * that they were sent to.
   *
   * @throws LabError what kept the files from being sent, `CANCELLED`
   */
  async function paths({ name, paths, files }: Dropped): Promise<readonly string[]> {
    if (paths.length > 0) return paths;
    const controller = new AbortController();
    const cancel = (): void => controller.abort();
    try {
      sending.value = { sent: 0, total: files.length, cancel };
      const folder = await sendFiles(files, {
        ...{ name, signal: controller.signal },
        onProgress: (sent, total) => (sending.value = { sent, total, cancel }),
      });
      return topOf(files.map(({ relative }) => relative)).map((entry) => `${folder}/${entry}`);
    } finally {
      sending.value = null;
    }
  }

  return { taker, sending, takeDrops, paths };
});

/** The entries that were dropped, each once. */
function topOf(relative: readonly string[]): string[] {
  return [...new Set(relative.map((name) => name.split('/')[0]!))];
}
