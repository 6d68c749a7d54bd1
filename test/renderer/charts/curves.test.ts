// Curves: smoothing, what is said of them, sparklines, and lines joined over one axis.
import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src-renderer/charts/smoothing';
import { sparkPath } from '../../../src-renderer/charts/spark-path';
import { trend } from '../../../src-renderer/charts/trend';

describe('a smoothed curve', () => {
  it('keeps a constant and a slope, to both ends', () => {
    expect(smooth([2, 2, 2], 10)).toEqual([2, 2, 2]);
    smooth([0, 1, 2, 3, 4, 5, 6, 7], 3).forEach((value, i) => {
      expect(value).toBeCloseTo(i);
    });
  });

  it('varies less than the noise and never leaves it', () => {
    const noise = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const smoothed = smooth(noise, 10).map(Math.abs);
    expect(Math.max(...smoothed.slice(10, 90))).toBeLessThan(0.1);
    expect(Math.max(...smoothed)).toBeLessThanOrEqual(1);
  });

  it('passes over unknown values', () => {
    expect(smooth([1, Number.NaN, 1], 2)).toEqual([1, 1, 1]);
    expect(smooth([Number.NaN], 2)).toEqual([Number.NaN]);
  });
});

describe('the sentence of a curve', () => {
  const number = (value: number): string => value.toFixed(2);
  const count = String;

  it('says where it starts and ends, and from where it is flat', () => {
    const steps = [0, 10, 20, 30, 40, 50];
    expect(trend('Score', steps, [0, 3.4, 3.4, 3.4, 3.4, 3.4], number, count)).toBe(
      'Score rises from 0.00 to 3.40 in 50 steps, flat after 10.',
    );
    expect(trend('Loss', steps, [3, 2.5, 2, 1.5, 1, 0.5], number, count)).toBe(
      'Loss falls from 3.00 to 0.50 in 50 steps.',
    );
  });

  it('says so when there is nothing or one value', () => {
    expect(trend('Loss', [], [], number, count)).toBe('Loss: no values yet.');
    expect(trend('Loss', [0], [2.3], number, count)).toBe('Loss is 2.30 at step 0.');
  });
});

describe('a sparkline', () => {
  it('spans its box from left to right and rises upwards', () => {
    const { path } = sparkPath({ steps: [0, 10, 100], values: [0, 1, 2], width: 34, height: 28 });
    expect(path.startsWith('M1.0 27')).toBe(true);
    expect(path.endsWith('L33.0 1')).toBe(true);
  });

  it('keeps its reference in view', () => {
    const { reference } = sparkPath({ steps: [0, 1], values: [0, 0.5], reference: 1, width: 34, height: 28 });
    expect(reference).toBe(1);
  });

  it('draws no more points than there are pixels, and nothing where nothing is known', () => {
    const steps = Array.from({ length: 5000 }, (_, i) => i);
    const { path } = sparkPath({ steps, values: steps.map(Math.sin), width: 34, height: 28 });
    expect(path.split('L').length).toBeLessThanOrEqual(36);
    expect(sparkPath({ steps: [], values: [], width: 34, height: 28 }).path).toBe('');
  });
});
