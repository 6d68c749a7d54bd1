// What the app tells in passing (toasts) and which dialog is open.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { UserError } from '../../src-main/contract/errors';
import { call } from '../bridge';

export interface Toast {
  readonly id: number;
  readonly tone: 'plain' | 'error';
  readonly text: string;
  /** What to do about it: the second sentence of an error. */
  readonly remedy?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

export type DialogName =
  'settings' | 'about' | 'help' | 'go' | 'save-gallery' | 'save-model' | 'rename-model' | 'about-model';

const SECONDS = { plain: 8, error: 20 };

export const useNotices = defineStore('notices', () => {
  const toasts = ref<Toast[]>([]);
  const dialog = shallowRef<DialogName | null>(null);
  let next = 0;

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }

  function add(toast: Omit<Toast, 'id'>): number {
    const id = next++;
    // the oldest goes: three fit above the status bar without covering the work
    toasts.value = [...toasts.value.slice(-2), { ...toast, id }];
    setTimeout(dismiss, SECONDS[toast.tone] * 1000, id);
    return id;
  }

  /** Says a result that is somewhere else: "Saved unit-37.png." with one thing to do about it. */
  function tell(text: string, action?: Toast['action']): number {
    return add({ tone: 'plain', text, action });
  }

  /** Shows what went wrong and what to do. */
  function fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    add({ tone: 'error', text, remedy: error instanceof UserError ? error.remedy : undefined });
  }

  /** Runs what a button does, and shows its error where there is one. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  /** Puts the main side's error report on the clipboard. */
  async function copyReport(): Promise<void> {
    const done = await attempt(async () => {
      await navigator.clipboard.writeText(await call('app.errorReport'));
      return true;
    });
    if (done === true) tell('Copied the error report.');
  }

  return { toasts, dialog, tell, fail, dismiss, attempt, copyReport };
});
