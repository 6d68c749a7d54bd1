// Keys: which press is which command, and how a key is drawn.
import { expect, test } from 'vitest';
import { appCommands, caps, pressed, viewCommands } from '../../src-renderer/commands';

const press = (key: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }) as KeyboardEvent;

test('a letter is its command with and without caps lock, but not with Ctrl', () => {
  expect(pressed(press('r'), 'r')).toBe(true);
  expect(pressed(press('R'), 'r')).toBe(true);
  expect(pressed(press('r', { ctrlKey: true }), 'r')).toBe(false);
});

test('Ctrl is Command on a Mac, and Shift tells two commands apart', () => {
  expect(pressed(press('k', { metaKey: true }), 'Ctrl+k')).toBe(true);
  expect(pressed(press('S', { ctrlKey: true, shiftKey: true }), 'Ctrl+s')).toBe(false);
  expect(pressed(press('S', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+s')).toBe(true);
});

test('a question mark needs Shift on most keyboards and is pressed all the same', () => {
  expect(pressed(press('?', { shiftKey: true }), '?')).toBe(true);
});

test('keys are drawn as they are printed', () => {
  expect(caps('Ctrl+k')).toEqual(['Ctrl', 'K']);
  expect(caps('ArrowLeft')).toEqual(['←']);
  expect(caps(' ')).toEqual(['Space']);
});

test('no key means two things in one view', () => {
  for (const commands of Object.values(viewCommands)) {
    const keys = [...appCommands, ...commands].flatMap((command) =>
      command.keys.map((key) => key.toLowerCase()),
    );
    const twice = keys.filter((key, i) => keys.indexOf(key) !== i);
    // saving the model means the same in the app and in Train
    expect(twice.filter((key) => key !== 'ctrl+s')).toEqual([]);
  }
});
