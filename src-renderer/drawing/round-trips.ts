// How fast answers come: the median round trip and the answers a second, over the newest ones.
import { onBeforeUnmount, ref } from 'vue';
import { median } from '../median';

/** Answers that are looked at. */
const KEPT = 60;
/** Milliseconds between two changes of the numbers on the screen. */
const SHOWN_EVERY = 500;

/** `add` takes in milliseconds from question to answer; `shown` is the median of the newest, at most twice a second. */
export function useRoundTrips() {
  const shown = ref<number | null>(null);
  let times: number[] = [];
  let pending: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    pending = undefined;
    shown.value = median(times);
  };
  onBeforeUnmount(() => {
    clearTimeout(pending);
  });
  return {
    shown,
    add(milliseconds: number): void {
      times = [...times.slice(1 - KEPT), milliseconds];
      pending ??= setTimeout(show, shown.value === null ? 0 : SHOWN_EVERY);
    },
  };
}
