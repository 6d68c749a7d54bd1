// filterscope inspect on a model of every kind: what it says to people, and to machines.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Console } from '../../src-main/commands/console';
import { inspectModel } from '../../src-main/commands/inspect';
import { fixtures } from '../network/formats/parity';

const KINDS = ['model.keras', 'keras3.h5', 'keras2.h5', 'tfjs', 'model.onnx', 'dynamo.onnx', 'model'];
const files = readdirSync(fixtures).flatMap((name) =>
  KINDS.map((kind) => join(name, kind)).filter((path) => existsSync(join(fixtures, path))),
);
const odd = ['lambda.keras', 'lambda.h5', 'recurrent.keras', 'nan.keras'].map((name) => join('odd', name));

interface Said {
  readonly lines: readonly string[];
  readonly result: {
    readonly parameters: number;
    readonly input: readonly number[];
    readonly layers: readonly { readonly name: string; readonly kind: string; readonly units: number }[];
    readonly unsupported: readonly { readonly name: string }[];
    readonly warnings: readonly string[];
  };
}

/** What the command says of a fixture. */
async function inspected(path: string): Promise<Said> {
  const lines: string[] = [];
  const results: unknown[] = [];
  const out: Console = {
    json: true,
    say: (line) => lines.push(line),
    result: (value) => results.push(value),
    progress: () => ({ update: () => undefined, stop: () => undefined }),
    fetching: () => {
      throw new Error('Nothing is fetched.');
    },
  };
  await inspectModel(join(fixtures, path), { size: 16 }, out, new AbortController().signal);
  expect(results).toHaveLength(1);
  return { lines, result: results[0] as Said['result'] };
}

test.each(files)('%s: size, range, every layer with its units, nothing left out', async (path) => {
  const { lines, result } = await inspected(path);
  expect(result.unsupported).toEqual([]);
  expect(result.warnings).toEqual([]);
  expect(result.parameters).toBeGreaterThan(0);
  expect(lines[0]).toContain(`images of ${result.input.join('×')}`);
  expect(lines[0]).toContain(`${result.parameters} parameters`);
  expect(lines.some((line) => line.startsWith('Input range '))).toBe(true);
  expect(result.layers.length).toBeGreaterThan(0);
  for (const { name, kind, units } of result.layers) {
    const line = lines.find((each) => each.startsWith(`  ${name} `)) ?? '';
    expect(line, name).toContain(kind);
    expect(line, name).toContain(`${units} units`);
    expect(line, name).toMatch(/sees (the whole image|\d+×\d+ at stride )/);
  }
});

test.each(odd)('%s: what is not supported, or no number, is said first', async (path) => {
  const { lines, result } = await inspected(path);
  expect(lines[0]).toMatch(
    /^(Not supported: "\w+", a \w+ after \w+|Warning: Weight conv\/kernel has 1 of 18 values)/,
  );
  expect(result.unsupported.length + result.warnings.length).toBe(1);
  expect(result.layers.map(({ name }) => name)).toContain('conv');
});
