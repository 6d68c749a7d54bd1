// Runs on disk: run.json says what a run is; a visualisation's numbers lie beside it as raw float32.
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { windowPlaceSchema } from '../contract/best-of';
import { modelInfoSchema } from '../contract/model';
import { runSchema } from '../contract/run';
import type { Pictures, RunCurves } from '../engine-link';
import { writeState } from './state-file';

/** run.json. Paths of models lie outside the run: the page never sees them. */
export const runRecordSchema = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  run: runSchema,
  /** The model that was visualised, or made. */
  model: z.object({ path: z.string(), info: modelInfoSchema }).nullable(),
  /** Size of the question's sheet in sheet.f32. */
  sheet: z.object({ height: z.int(), width: z.int() }).nullable(),
  /** The data that it was judged by. */
  dataset: z.object({ name: z.string(), sha256: z.string() }).nullable(),
  /** Where the best real windows lie, by unit of the layer; empty where nobody looked for them. */
  bestWindows: z.array(windowPlaceSchema.nullable()).default([]),
  /** Points of each curve in curves.f32, and units of each point. */
  curves: z.object({ steps: z.int(), units: z.int() }).nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** The numbers of a visualisation. */
export interface RunNumbers {
  /** One entry a frame: raw pictures [units × h × w × c]. */
  readonly frames: readonly Float32Array[];
  readonly curves: RunCurves | null;
  readonly sheet: Pictures | null;
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const floatsOf = (bytes: Buffer): Float32Array<ArrayBuffer> =>
  new Float32Array(Uint8Array.from(bytes).buffer);

export class RunFiles {
  /** Folder of all runs. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  of(run: string): string {
    return join(this.folder, run);
  }

  /** All records that can be read, oldest first; what cannot be read is told and left where it is. */
  async readAll(log: (line: string) => void): Promise<RunRecord[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found: RunRecord[] = [];
    for (const name of names) {
      try {
        const text = await readFile(join(this.folder, name, 'run.json'), 'utf8');
        found.push(runRecordSchema.parse(JSON.parse(text)));
      } catch (error) {
        log(`The run ${name} cannot be read: ${String(error)}`);
      }
    }
    return found.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  writeRecord(record: RunRecord): Promise<void> {
    return writeState(join(this.of(record.run.id), 'run.json'), record);
  }

  /** Writes the numbers, then is done; the record that names them is written after. */
  async writeNumbers(run: string, { frames, curves, sheet }: RunNumbers): Promise<void> {
    const folder = this.of(run);
    mkdirSync(folder, { recursive: true });
    await writeFileAtomic(join(folder, 'frames.f32'), Buffer.concat(frames.map(bytesOf)));
    if (curves !== null) {
      const { steps, scores, gradientNorms, cosines } = curves;
      const parts = [steps, scores, gradientNorms, cosines].map(bytesOf);
      await writeFileAtomic(join(folder, 'curves.f32'), Buffer.concat(parts));
    }
    if (sheet !== null) await writeFileAtomic(join(folder, 'sheet.f32'), Buffer.from(bytesOf(sheet.values)));
  }

  /** One frame of `floats` values. */
  async readFrame(run: string, frame: number, floats: number): Promise<Float32Array> {
    const file = await open(join(this.of(run), 'frames.f32'), 'r');
    try {
      const bytes = Buffer.alloc(floats * 4);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, frame * bytes.length);
      if (bytesRead < bytes.length) throw new RangeError(`Frame ${frame} of ${run} is cut off.`);
      return floatsOf(bytes);
    } finally {
      await file.close();
    }
  }

  async readCurves(record: RunRecord): Promise<RunCurves | null> {
    if (record.curves === null) return null;
    const all = floatsOf(await readFile(join(this.of(record.run.id), 'curves.f32')));
    const { steps, units } = record.curves;
    const part = (i: number): Float32Array<ArrayBuffer> =>
      all.slice(steps + i * steps * units, steps + (i + 1) * steps * units);
    return { steps: all.slice(0, steps), scores: part(0), gradientNorms: part(1), cosines: part(2) };
  }

  async readSheet(record: RunRecord): Promise<Pictures | null> {
    if (record.sheet === null) return null;
    const values = floatsOf(await readFile(join(this.of(record.run.id), 'sheet.f32')));
    return { ...record.sheet, channels: 1, count: 1, values };
  }

  remove(run: string): Promise<void> {
    return rm(this.of(run), { recursive: true, force: true });
  }
}
