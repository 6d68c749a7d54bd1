// Opens mutated files and counts what comes of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { UserError } from '../../../src-main/contract/errors';
import { tf } from '../../../src-main/native/tensorflow';
import { forwardAll } from '../../../src-main/network/forward';
import { openModel } from '../../../src-main/network/formats/open';
import type { Network } from '../../../src-main/network/network';
import { createRng, type Rng } from '../../../src-main/network/rng';

/** A model that is sound: the file to open is its first; the others lie beside it. */
export interface Seed {
  /** What a failure calls it. */
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
}

/** The bytes with something wrong: cut, flipped, overwritten, doubled, or with a large number put in. */
function mutate(bytes: Buffer, rng: Rng): Buffer {
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

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with one of its values, however deep, gone, or another: of its own or an odd one. */
function mutateJson(text: string, rng: Rng): string {
  const root = JSON.parse(text) as unknown;
  const places: (readonly [Record<string, unknown> | unknown[], string])[] = [];
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!Array.isArray(value) && !isPlain(value)) continue;
    for (const [key, child] of Object.entries(value)) {
      places.push([value, key]);
      open.push(child);
    }
  }
  const [place, other] = [places[rng.below(places.length)], places[rng.below(places.length)]];
  if (place === undefined || other === undefined) return text;
  const odd = [null, -1, 0, 1e99, 0.5, 99999999, 'x', '', true, [], {}, [null], [[1]], ['x'], undefined];
  const picked = rng.below(odd.length + 5);
  const [holder, key] = place;
  const value =
    picked < odd.length ? odd[picked] : structuredClone(Reflect.get(other[0], other[1]) as unknown);
  Reflect.set(holder, key, value);
  return JSON.stringify(root);
}

const isJson = (bytes: Uint8Array): boolean => bytes[0] === 0x7b;
const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** A file mutated as it lies there, or in what it means: a value of its JSON, a file within its archive. */
function mutateFile(bytes: Buffer, rng: Rng): Buffer {
  if (rng.below(3) === 0) return mutate(bytes, rng);
  if (isJson(bytes)) return Buffer.from(mutateJson(bytes.toString(), rng));
  if (!isZip(bytes)) return mutate(bytes, rng);
  const entries = unzipSync(bytes);
  const names = Object.keys(entries);
  const name = names[rng.below(names.length)] ?? '';
  const changed = mutateFile(Buffer.from(entries[name] ?? []), rng);
  return Buffer.from(zipSync({ ...entries, [name]: changed }, { level: 0 }));
}

/** Elements of all layers together that are evaluated: what merely is large is left alone. */
const MOST_ELEMENTS = 1e6;

/** Has every layer compute, and be of the shape that it says. */
function evaluate(network: Network): void {
  const sizes = network.nodes.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_ELEMENTS) return;
  tf.tidy(() => {
    const names = network.nodes.map(({ name }) => name);
    forwardAll(network, tf.zeros([1, ...network.input]), names).forEach(({ size }, i) => {
      if (size !== sizes[i]) throw new Error(`${names[i] ?? ''} has ${size} elements, not ${sizes[i] ?? 0}`);
    });
  });
}

export interface Outcome {
  /** Greatest processor time of one, ms: on a busy machine the clock says little. */
  readonly slowest: number;
  readonly slowestCase: string;
  readonly opened: number;
  readonly refused: number;
  /** What went wrong in any other way than a UserError, with its model and the number of the case. */
  readonly failures: readonly string[];
  /** Greatest resident memory, bytes. */
  readonly memory: number;
}

/** Opens `count` mutations, numbered from `first`, of models taken in turn by the number; most often of the file to open. */
export async function fuzz(seeds: readonly Seed[], first: number, count: number): Promise<Outcome> {
  let [slowest, slowestCase, opened, refused, memory] = [0, '', 0, 0, 0];
  const failures: string[] = [];
  for (let number = first; number < first + count; number++) {
    const seed = seeds[number % seeds.length] as Seed;
    const rng = createRng(number);
    const mutated = rng.below(4) === 0 ? rng.below(seed.files.length) : 0;
    const folder = mkdtempSync(join(tmpdir(), 'filterscope-fuzz-'));
    try {
      seed.files.forEach(({ name, bytes }, i) => {
        writeFileSync(join(folder, name), i === mutated ? mutateFile(bytes, rng) : bytes);
      });
      const began = process.cpuUsage();
      try {
        const network = await openModel(join(folder, seed.files[0]?.name ?? ''), { inputSize: 32 });
        try {
          evaluate(network);
        } finally {
          network.dispose();
        }
        opened++;
      } catch (error) {
        if (error instanceof UserError) refused++;
        else
          failures.push(
            `${seed.name}, case ${number}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
          );
      }
      const { user, system } = process.cpuUsage(began);
      const taken = (user + system) / 1000;
      if (taken > slowest) [slowest, slowestCase] = [taken, `${seed.name}, case ${number}`];
      memory = Math.max(memory, process.memoryUsage.rss());
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return { slowest, slowestCase, opened, refused, failures, memory };
}

/** A fixture's file with its neighbours, as they are named from the folder of all fixtures. */
export function seedOf(fixtures: string, path: string, beside: readonly string[] = []): Seed {
  const folder = join(fixtures, dirname(path));
  const names = [basename(path), ...beside];
  return {
    name: path,
    files: names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
  };
}
