// A scope that gives numbers back keeps the tensors beside them and frees the rest.
import { expect, test } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';

test('a scope keeps returned tensors, however deep, and frees the others; typed arrays pass as they are', () => {
  const before = tf.memory().numTensors;
  const kept = tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    return { deep: [{ tensor: x.add(1), numbers: x.dataSync() }], numbers: x.mul(2).dataSync() };
  });
  expect(tf.memory().numTensors).toBe(before + 1);
  expect([...(kept.deep[0]?.tensor.dataSync() ?? [])]).toEqual([2, 3, 4]);
  expect([...(kept.deep[0]?.numbers ?? [])]).toEqual([1, 2, 3]);
  expect([...kept.numbers]).toEqual([2, 4, 6]);
  tf.dispose(kept.deep[0]?.tensor ?? []);
  expect(tf.memory().numTensors).toBe(before);
});
