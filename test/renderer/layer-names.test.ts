// Names of layers lose the path that all of them share, and nothing else.
import { expect, test } from 'vitest';
import { sharedPath } from '../../src-renderer/layer-names';

test.each([
  [['tower_0/net/conv_1/Relu', 'tower_0/net/conv_2', 'tower_0/net/head/Conv'], 'tower_0/net/'],
  [['tower_0/a', 'tower_00/b'], ''],
  [['conv1', 'conv2'], ''],
  [['block/conv', 'block'], ''],
  [['block/conv'], ''],
  [['/net/conv', '/net/add'], '/net/'],
  [[], ''],
])('%j share %j', (names, shared) => {
  expect(sharedPath(names)).toBe(shared);
});
