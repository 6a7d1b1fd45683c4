/** Asks for a file, a folder or a place to save: by the system's dialog on the desktop, else by one of the page. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { desktop, useClient } from '../client/index.ts';
import type { FolderJson } from '../../src-shared/contract/files.ts';

/** What is asked for. */
export interface PickRequest {
  readonly kind: 'folder' | 'file' | 'any';
  /** Endings of files that can be chosen, without the dot; all unless given. */
  readonly extensions?: readonly string[];
}

interface Pending extends PickRequest {
  readonly settle: (path: string | null) => void;
}

export const usePicker = defineStore('picker', () => {
  const pending = shallowRef<Pending | null>(null);

  /** The path that the user chose, or null. */
  async function pick(request: PickRequest): Promise<string | null> {
    if (desktop !== undefined && request.kind === 'folder') return desktop.pickFolder();
    if (desktop !== undefined) return (await desktop.pickFiles(request.extensions))[0] ?? null;
    return new Promise((resolve) => {
      const settle = (path: string | null): void => {
        pending.value = null;
        resolve(path);
      };
      pending.value = { ...request, settle };
    });
  }

  const roots = () => useClient().files.roots();
  const folder = (path: string): Promise<FolderJson> => useClient().files.folder({ path });

  return { pending, pick, roots, folder };
});
