// The run behind the unit at hand, once its picture is there to be judged, or why there is none.
import { computed, type ComputedRef } from 'vue';
import type { VisualizeRun } from '../../src-main/contract/run';
import { useFilters } from '../stores/filters';
import { isActive } from '../stores/runs';

export function useFinished(): { run: ComputedRef<VisualizeRun | null>; none: ComputedRef<string> } {
  const filters = useFilters();
  const none = computed(() => {
    const { run = null, result } = filters.selected ?? {};
    if (run === null) return 'This unit was not run yet: press R to see its picture.';
    if (isActive(run)) return 'Here when the run is done.';
    if (result?.state === 'dead') return 'The unit is dead, so there is no picture to judge.';
    if (result?.state === 'failed') return 'The run failed on this unit, so there is no picture to judge.';
    return '';
  });
  const run = computed(() => (none.value === '' ? (filters.selected?.run ?? null) : null));
  return { run, none };
}
