// Where the window was when it was closed last.
import { readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { z } from 'zod';

const whole = z.number().transform(Math.round);
const stateSchema = z.object({
  bounds: z.object({ x: whole, y: whole, width: whole, height: whole }).nullable(),
  maximized: z.boolean(),
});
export type WindowState = z.output<typeof stateSchema>;

/** A missing or damaged file only means that the window opens where it does the first time. */
export async function readWindowState(file: string): Promise<WindowState> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return { bounds: null, maximized: false };
  }
}

/** Written at once, because the window is about to go; a disk that cannot be written to costs only the place. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomicSync(file, JSON.stringify(state));
  } catch {
    return;
  }
}
