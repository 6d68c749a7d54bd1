// Axes: round ticks, ranges that hold the data, numbers as they are written.
import { describe, expect, it } from 'vitest';
import { extent, linearRange, logRange } from '../../../src-renderer/charts/ranges';
import { linearTicks, logTicks, tickLabel } from '../../../src-renderer/charts/ticks';

describe('ticks', () => {
  it('are round numbers inside the range', () => {
    expect(linearTicks(0, 2000)).toEqual([0, 500, 1000, 1500, 2000]);
    expect(linearTicks(0.8, 1, 4)).toEqual([0.8, 0.85, 0.9, 0.95, 1]);
    expect(linearTicks(-0.31, 0.29, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2]);
    expect(linearTicks(3, 3)).toEqual([]);
  });

  it('are ones and threes on a logarithmic axis, and whole powers where that is too many', () => {
    expect(logTicks(0.01, 3)).toEqual([0.01, 0.03, 0.1, 0.3, 1, 3]);
    expect(logTicks(1, 400)).toEqual([1, 3, 10, 30, 100, 300]);
    expect(logTicks(1e-6, 1, 4)).toEqual([1e-6, 1e-4, 0.01, 1]);
    expect(logTicks(0, 1)).toEqual([]);
  });

  it('are written with thin spaces and a true minus sign', () => {
    expect([1500, 0.3, -20, 1234567].map(tickLabel)).toEqual([
      '1\u202f500',
      '0.3',
      '\u221220',
      '1\u202f234\u202f570',
    ]);
  });
});

describe('ranges', () => {
  it('leave out what is no number', () => {
    expect(extent([null, Number.NaN, 3, -1])).toEqual([-1, 3]);
    expect(extent([null])).toBeNull();
  });

  it('reach to round values around the data', () => {
    expect(linearRange([0.12, 3.4])).toEqual([0, 4]);
    expect(linearRange([5])).toEqual([0, 10]);
    expect(linearRange([])).toEqual([0, 1]);
  });

  it('of a logarithmic axis end at 1 or 3 times a power of ten, and pass over what is not above 0', () => {
    expect(logRange([2.31, 0.083, 0])).toEqual([0.03, 3]);
    expect(logRange([1, 1])).toEqual([1 / 3, 3]);
    const [low, high] = logRange([0.42]);
    expect(low).toBeLessThan(0.42);
    expect(high).toBeGreaterThan(0.42);
  });
});
