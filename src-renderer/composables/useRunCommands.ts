// What the menu's Run and Cancel mean: said by the view at hand, from its own keys.
import { onBeforeUnmount, onMounted, shallowRef } from 'vue';

export interface RunCommands {
  readonly start: () => unknown;
  readonly cancel: () => unknown;
}

const current = shallowRef<RunCommands | null>(null);

/** Binds them while the component is mounted. */
export function useRunCommands(commands: RunCommands): void {
  onMounted(() => (current.value = commands));
  onBeforeUnmount(() => {
    if (current.value === commands) current.value = null;
  });
}

/** Does what the view at hand does; nothing where it has nothing to run. */
export const runCommand = (which: keyof RunCommands): unknown => current.value?.[which]();
