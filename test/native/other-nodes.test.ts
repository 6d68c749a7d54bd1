// The engine under the other releases of Node, 24 being the one inside Electron: it trains and visualises as under the Node of these tests.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { shippedModel } from '../../src-main/resources';
import { cli } from '../support/cli';
import { NODE_22, NODE_24, otherNode } from '../support/other-node';

const others = await Promise.all(
  [NODE_22, NODE_24].map(async (version) => ({ version, ...(await otherNode(version)) })),
);
for (const other of others) {
  if ('reason' in other) process.stderr.write(`Node ${other.version} is not tried: ${other.reason}\n`);
}

describe.each(others)('under Node $version', ({ version, ...found }) => {
  const skip = 'reason' in found;
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-node24-'));
  afterAll(() => rm(folder, { recursive: true }));
  const newer = 'node' in found ? found.node : '';

  test.skipIf(skip)('it is that Node', async () => {
    const { stdout } = await cli(['doctor', '--json'], { node: newer });
    expect((JSON.parse(stdout) as { Node: string }).Node).toContain(`v${version}`);
  });

  test.skipIf(skip)('training takes the same steps to the same accuracy', async () => {
    const train = async (node: string, name: string): Promise<unknown> => {
      const small = ['--filters', '4,6', '--hidden', '24', '--rate', '0.002', '--steps', '60'];
      const { stdout, stderr, code } = await cli(['train', join(folder, name), ...small, '--json'], { node });
      expect([code, stderr]).toEqual([0, '']);
      return (JSON.parse(stdout) as { test: { accuracy: number } }).test.accuracy;
    };
    const accuracy = await train(newer, 'newer');
    expect(accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeCloseTo((await train(process.execPath, 'this')) as number, 2);
  });

  test.skipIf(skip)('pictures get the same scores and certificates', async () => {
    const draw = async (node: string, name: string): Promise<unknown> => {
      const args = ['visualize', shippedModel(), join(folder, name), '--layer', 'conv2', '--units', '0-3'];
      const { stdout, stderr, code } = await cli([...args, '--steps', '64', '--json'], { node });
      expect([code, stderr]).toEqual([0, '']);
      const { ratio, certificate } = JSON.parse(stdout) as { ratio: number; certificate: { worst: number } };
      return [ratio.toFixed(2), certificate.worst.toFixed(2)];
    };
    expect(await draw(newer, 'g24')).toEqual(await draw(process.execPath, 'g'));
  });
});
