// Keys of commands: single letters only while no field has the focus and no dialog is open.
import { onBeforeUnmount, onMounted } from 'vue';
import { pressed, type Command } from '../commands';

/** A handler that returns false leaves the key to whatever has the focus. */
type Handlers = Readonly<Record<string, (event: KeyboardEvent) => unknown>>;

const FIELDS = 'input, textarea, select, [contenteditable=""], [contenteditable="true"]';
/** Inputs that letters mean nothing to. */
const NOT_TYPED = ['range', 'checkbox', 'radio', 'button', 'color', 'file'];

/** Whether typing goes into the element. */
export function isField(element: Element | null): boolean {
  if (!(element instanceof HTMLElement) || !element.matches(FIELDS)) return false;
  return !(element instanceof HTMLInputElement && NOT_TYPED.includes(element.type));
}

/**
 * Binds commands to what they do while the component is mounted. Commands without a handler are left to others
 * (arrows in tiles, Enter on a button). A handler's key press goes no further, unless it returns false.
 * Views listen on the document and come first; the app listens on the window.
 */
export function useKeys(
  commands: readonly Command[],
  handlers: Handlers,
  place: Document | Window = document,
): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    const open = document.querySelector('dialog[open], :popover-open') !== null;
    if (open || (!held && isField(document.activeElement))) return;
    for (const { id, keys } of commands) {
      const handler = handlers[id];
      if (handler === undefined || !keys.some((key) => pressed(event, key))) continue;
      if (handler(event) !== false) event.preventDefault();
      return;
    }
  };
  onMounted(() => {
    place.addEventListener('keydown', listen as EventListener);
  });
  onBeforeUnmount(() => {
    place.removeEventListener('keydown', listen as EventListener);
  });
}
