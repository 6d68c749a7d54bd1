// What travels between page and host arrives as it was sent.
import { describe, expect, test } from 'vitest';
import { packWire, unpackWire } from '../../src-main/contract/wire';

const travelled = (value: unknown): unknown => unpackWire(packWire(value));

describe('a value on the wire', () => {
  test('arrives with its typed arrays, whatever their offset', () => {
    const floats = new Float32Array([1.5, -0, NaN, Infinity, 1e-40]);
    const view = new Float32Array(Float32Array.from([9, 1, 2]).buffer, 4);
    const value = { name: 'x', floats, view, bytes: new Uint8Array([0, 255]), empty: new Float32Array(0) };
    expect(travelled(value)).toEqual(value);
    expect(Object.is((travelled(floats) as Float32Array)[1], -0)).toBe(true);
  });

  test('leaves undefined properties out and keeps null', () => {
    expect(travelled({ a: undefined, b: null, c: [1, null] })).toEqual({ b: null, c: [1, null] });
    expect(travelled(undefined)).toBeNull();
  });

  test('keeps text of any script and whole numbers up to 2^53', () => {
    expect(travelled(['Фильтр №3 – ∇a', 2 ** 53, -1, 0.1])).toEqual(['Фильтр №3 – ∇a', 2 ** 53, -1, 0.1]);
  });

  test('that is no MessagePack is refused', () => {
    expect(() => unpackWire(Uint8Array.from([0xc1]))).toThrow();
    expect(() => unpackWire(packWire({ a: 'long enough' }).subarray(0, 5))).toThrow();
  });
});
