/** Short messages that come and go: what went wrong, what is done. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ErrorCode } from '../../src-shared/errors.ts';
import { toLabError } from '../../src-shared/contract/errors.ts';

/** A message. */
export interface Toast {
  readonly id: number;
  readonly kind: 'error' | 'done';
  readonly text: string;
  /** Of an error, whose heading is a text of the page. */
  readonly code?: ErrorCode;
  readonly hint?: string;
  /** Something to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const useToasts = defineStore('toasts', () => {
  const shown = ref<readonly Toast[]>([]);
  let next = 1;

  function add(toast: Omit<Toast, 'id'>): void {
    shown.value = [...shown.value.slice(-3), { ...toast, id: next++ }];
  }

  function dismiss(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  }

  /** Tells of an error. What the user cancelled is none. */
  function fail(thrown: unknown): void {
    const { code, message, hint } = toLabError(thrown);
    if (code !== 'CANCELLED')
      add({ kind: 'error', code, text: message, ...(hint !== undefined && { hint }) });
  }

  function done(text: string, action?: Toast['action']): void {
    add({ kind: 'done', text, ...(action && { action }) });
  }

  /** Does something, and tells when it fails. @returns undefined then */
  async function attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  return { shown, add, dismiss, fail, done, attempt };
});
