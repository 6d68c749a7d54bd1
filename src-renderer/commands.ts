// Every command that has a key: what it is called, and what the status bar says of it. Views bind what they do.

export interface Command {
  readonly id: string;
  /** As KeyboardEvent.key, with "Ctrl+" before it (Command on a Mac) where it is held. More than one key: any of them. */
  readonly keys: readonly string[];
  /** One or two words for the status bar and the list of all keys. */
  readonly title: string;
  /** Left out of the status bar, which shows the best six. */
  readonly quiet?: boolean;
}

const command = (id: string, keys: string | readonly string[], title: string, quiet = false): Command => ({
  id,
  keys: typeof keys === 'string' ? [keys] : keys,
  title,
  quiet,
});

/** Work in every view. */
export const appCommands = [
  command('go', 'Ctrl+k', 'go to unit, layer, view', true),
  command('model.open', 'Ctrl+o', 'open a model', true),
  command('layer-before', '[', 'layer before', true),
  command('layer-after', ']', 'layer after', true),
  command('view.settings', 'Ctrl+,', 'settings', true),
  command('model.save', 'Ctrl+s', 'save model', true),
  command('theme', 'Ctrl+Shift+l', 'light or dark', true),
  command('help.keys', ['?', 'F1'], 'all keys'),
] as const;

/** Work in one view; keys that a view adds here show up in its status bar and in the list of all keys. */
export const viewCommands: Readonly<Record<ViewId, readonly Command[]>> = {
  train: [
    command('start', 'r', 'start'),
    command('pause', 'p', 'pause or resume'),
    command('stop', 'Escape', 'stop'),
    command('save', 'Ctrl+s', 'save model'),
    command('filters', 'f', 'open in Filters', true),
  ],
  filters: [
    command('move', ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'], 'move'),
    command('inspect', 'Enter', 'open in inspector', true),
    command('evidence', 'e', 'evidence'),
    command('display', 'd', 'display'),
    command('save-picture', 's', 'save'),
    command('copy-picture', 'c', 'copy', true),
    command('pin', 'p', 'pin'),
    command('run', 'r', 'run'),
    command('cancel', 'Escape', 'cancel', true),
    command('beside', 'b', "question's beside", true),
    command('save', 'Ctrl+Shift+s', 'save gallery', true),
    command('search', '/', 'search units', true),
  ],
  compare: [
    command('move', ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'], 'move'),
    command('display', 'd', 'display'),
    command('rows', 'm', 'methods, displays or one unit'),
    command('budget', 'g', 'budget', true),
    command('open', 'Enter', 'open unit'),
    command('unpin', 'Delete', 'unpin'),
    command('run', 'r', 'run'),
    command('cancel', 'Escape', 'cancel', true),
    command('save', 'Ctrl+s', 'save sheet', true),
  ],
  draw: [
    command('brush', 'b', 'brush'),
    command('erase', 'e', 'erase'),
    command('width', ['1', '2', '3', '4'], 'width'),
    command('undo', 'Ctrl+z', 'undo'),
    command('clear', 'x', 'clear'),
    command('test-before', 'Shift+t', 'test image before', true),
    command('test', 't', 'test image'),
    command('random', 'r', 'random test image', true),
    command('nudge', ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'], 'nudge', true),
  ],
  galleries: [
    command('search', '/', 'search'),
    command('move', ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'], 'move'),
    command('select', ' ', 'select'),
    command('compare', 'c', 'compare two'),
    command('open', 'Enter', 'open'),
    command('rename', 'F2', 'rename', true),
    command('remove', 'Delete', 'remove'),
  ],
  question: [
    command('answer', ['1', '2', '3', '4'], 'all evidence'),
    command('run', 'r', 'answer'),
    command('report', 's', 'save report'),
  ],
};

export type ViewId = 'train' | 'filters' | 'compare' | 'draw' | 'galleries' | 'question';

const names: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
  ' ': 'Space',
};

/** The caps to draw for one key: "Ctrl+k" → ["Ctrl", "K"]. */
export const caps = (key: string): string[] =>
  key.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));

/** Whether a key press is one of the command's keys. */
export function pressed(event: KeyboardEvent, key: string): boolean {
  const parts = key.split('+');
  const wanted = parts.at(-1) ?? '';
  const held = event.ctrlKey || event.metaKey;
  if (parts.includes('Ctrl') !== held || event.altKey) return false;
  if (parts.length > 1 && parts.includes('Shift') !== event.shiftKey) return false;
  return event.key.toLowerCase() === wanted.toLowerCase();
}
