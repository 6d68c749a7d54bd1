// The newest sheet of each run that is on the screen, changed only once the next one has been decoded, so that nothing flickers.
import { shallowReactive, watch } from 'vue';
import type { Display } from '../../src-main/contract/method';
import type { VisualizeRun } from '../../src-main/contract/run';
import { runSheet } from '../pictures';
import { useRuns } from '../stores/runs';

/** Addresses of decoded sheets by run. */
export function useSheets(
  runs: () => readonly VisualizeRun[],
  display: () => Display,
): ReadonlyMap<string, string> {
  const store = useRuns();
  const ready = shallowReactive(new Map<string, string>());
  const loading = new Map<string, string>();

  async function load(run: string, url: string): Promise<void> {
    // one at a time for each run: while one is on its way, only the newest of the following is kept
    const busy = loading.has(run);
    loading.set(run, url);
    if (busy) return;
    for (;;) {
      const next = loading.get(run);
      if (next === undefined || next === ready.get(run)) break;
      const image = new Image();
      image.src = next;
      const arrived = await image.decode().then(
        () => true,
        () => false,
      );
      if (arrived) ready.set(run, next);
      if (loading.get(run) === next) break;
    }
    loading.delete(run);
  }

  watch(
    () => runs().map((run) => ({ id: run.id, frame: store.newestFrame(run), display: display() })),
    (wanted) => {
      for (const { id, frame, display: how } of wanted)
        if (frame >= 0) void load(id, runSheet(id, frame, how));
    },
    { immediate: true },
  );
  return ready;
}
