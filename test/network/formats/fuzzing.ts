// Opens mutated files and counts what comes of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src-main/contract/errors';
import { openModel } from '../../../src-main/network/formats/open';
import { createRng, type Rng } from '../../../src-main/network/rng';

/** A file, and the others of its model that stay as they are. */
export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly beside: Readonly<Record<string, Buffer>>;
}

/** The bytes with something wrong: cut, flipped, overwritten, doubled, or with a large number put in. */
export function mutate(bytes: Buffer, rng: Rng): Buffer {
  const at = rng.below(bytes.length);
  const out = Buffer.from(bytes);
  switch (rng.below(6)) {
    case 0:
      return out.subarray(0, at);
    case 1:
      out[at] = (out[at] ?? 0) ^ (1 << rng.below(8));
      return out;
    case 2:
      for (let i = 0; i < 8; i++) out[rng.below(out.length)] = rng.below(256);
      return out;
    case 3:
      out.fill(0xff, at, Math.min(out.length, at + 1 + rng.below(8)));
      return out;
    case 4:
      return Buffer.concat([out.subarray(0, at), out.subarray(rng.below(out.length))]);
    default: {
      // text: one number becomes another
      const text = out.toString('latin1');
      const numbers = [...text.matchAll(/\d+/g)];
      const picked = numbers[rng.below(Math.max(1, numbers.length))];
      if (picked === undefined) return out.fill(0, at, at + 4);
      const other = ['0', '-1', '99999999', '1e99', 'null', '"x"', '1.5'][rng.below(7)] ?? '0';
      return Buffer.from(
        text.slice(0, picked.index) + other + text.slice(picked.index + picked[0].length),
        'latin1',
      );
    }
  }
}

export interface Outcome {
  /** Greatest processor time of one, ms: on a busy machine the clock says little. */
  readonly slowest: number;
  readonly opened: number;
  readonly refused: number;
  /** What went wrong in any other way than a UserError, with the number of the case. */
  readonly failures: readonly string[];
  /** Greatest resident memory, bytes. */
  readonly memory: number;
}

/** Opens `count` mutations of a seed, numbered from `first`. */
export async function fuzz(seed: Seed, first: number, count: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-fuzz-'));
  let [slowest, opened, refused, memory] = [0, 0, 0, 0];
  const failures: string[] = [];
  try {
    for (const [name, bytes] of Object.entries(seed.beside)) writeFileSync(join(folder, name), bytes);
    for (let number = first; number < first + count; number++) {
      const path = join(folder, seed.name);
      writeFileSync(path, mutate(seed.bytes, createRng(number)));
      const began = process.cpuUsage();
      try {
        (await openModel(path, { inputSize: 32 })).dispose();
        opened++;
      } catch (error) {
        if (error instanceof UserError) refused++;
        else
          failures.push(
            `${seed.name} ${number}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
          );
      }
      const { user, system } = process.cpuUsage(began);
      slowest = Math.max(slowest, (user + system) / 1000);
      memory = Math.max(memory, process.memoryUsage.rss());
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { slowest, opened, refused, failures, memory };
}

/** A file of a fixture, with its neighbours. */
export function seedOf(folder: string, name: string, beside: readonly string[] = []): Seed {
  return {
    name,
    bytes: readFileSync(join(folder, name)),
    beside: Object.fromEntries(beside.map((other) => [other, readFileSync(join(folder, other))])),
  };
}
