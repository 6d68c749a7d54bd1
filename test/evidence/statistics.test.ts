// Statistics against values that are known, and shapes against strokes that were drawn.
import { describe, expect, test } from 'vitest';
import { duplicates } from '../../src-main/evidence/selectivity';
import { angleBetween, ShapeReader } from '../../src-main/evidence/shapes';
import {
  bootstrap,
  correlationRatio,
  correlations,
  meanAbsolute,
  rocArea,
  rocAreas,
} from '../../src-main/evidence/statistics';
import { above } from '../../src-main/evidence/chapters/shapes';
import { createRng } from '../../src-main/network/rng';

test('the area under the ROC curve counts pairs, ties half', () => {
  const values = Float32Array.from([1, 2, 2, 3]);
  // inside {2, 3} against outside {1, 2}: pairs 2>1, 2=2, 3>1, 3>2
  expect(rocArea(values, (i) => i === 1 || i === 3)).toBeCloseTo(3.5 / 4);
  expect(rocArea(values, () => true)).toBeNaN();
  const groups = [0, 1, 2, 1, 0, 2];
  const many = Float32Array.from([-1, 0, 0, 2.5, -0, 3]);
  rocAreas(many, groups, 3).forEach((area, group) => {
    const [own, others] = [
      many.filter((_, i) => groups[i] === group),
      many.filter((_, i) => groups[i] !== group),
    ];
    const wins = [...own].flatMap((a) => [...others].map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
    const expected = wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
    expect(area).toBeCloseTo(expected);
  });
  expect(rocAreas(many, groups, 4)[3]).toBeNaN();
  expect(rocAreas(Float32Array.from([NaN, NaN]), [0, 1], 2)).toHaveLength(2);
});

test('η² is 1 where the groups tell all and 0 where they tell nothing', () => {
  expect(correlationRatio(Float32Array.from([1, 1, 5, 5]), Uint8Array.from([0, 0, 1, 1]))).toBe(1);
  expect(correlationRatio(Float32Array.from([1, 5, 1, 5]), Uint8Array.from([0, 0, 1, 1]))).toBe(0);
  expect(correlationRatio(Float32Array.from([2, 2]), Uint8Array.from([0, 1]))).toBe(0);
});

test('correlations ignore brightness and contrast; a flat picture correlates with nothing', () => {
  const matrix = correlations(Float32Array.from([1, 2, 3, 10, 20, 30, 3, 2, 1, 4, 4, 4]), 4);
  expect(matrix[0]?.[1]).toBeCloseTo(1);
  expect(matrix[0]?.[2]).toBeCloseTo(-1);
  expect(matrix[0]?.[3]).toBe(0);
  expect(meanAbsolute(matrix, [0, 1, 2])).toBeCloseTo(1);
  expect(duplicates(matrix)).toEqual([0, 0, 0, 1]);
});

test('a bootstrap interval of a mean covers it at about the width that theory gives', () => {
  const rng = createRng(1);
  const values = Array.from({ length: 100 }, () => rng.normal());
  const [low, high] = bootstrap(
    100,
    (chosen) => chosen.reduce((sum, i) => sum + (values[i] ?? 0), 0) / 100,
    rng,
  );
  expect(high - low).toBeGreaterThan(0.3);
  expect(high - low).toBeLessThan(0.5);
});

test('a rank-sum test finds no difference in equal samples and one in shifted ones', () => {
  const rng = createRng(2);
  const sample = (shift: number): number[] => Array.from({ length: 60 }, () => rng.normal() + shift);
  expect(above(sample(0), sample(0)).p).toBeGreaterThan(0.05);
  const { area, p } = above(sample(1.5), sample(0));
  expect(area).toBeGreaterThan(0.75);
  expect(p).toBeLessThan(0.001);
});

describe('strokes', () => {
  const reader = new ShapeReader(14, 14);
  /** A bright stroke through the centre; bend is 1/radius. */
  const stroke = (angle: number, bend = 0): Float32Array =>
    Float32Array.from({ length: 196 }, (_, i) => {
      const [y, x] = [Math.floor(i / 14) - 6.5, (i % 14) - 6.5];
      const along = x * Math.cos(angle) - y * Math.sin(angle);
      const off = x * Math.sin(angle) + y * Math.cos(angle) + (bend / 2) * along ** 2;
      return Math.exp(-0.5 * ((off / 1.6) ** 2 + (along / 5) ** 2));
    });

  test('are named by the way they run', () => {
    const drawn = [0, Math.PI / 2, Math.PI / 4, (3 * Math.PI) / 4].map((angle) => stroke(angle));
    const { shapes, fits } = reader.read(Float32Array.from(drawn.flatMap((one) => [...one])), 4);
    expect(shapes).toEqual(['horizontal', 'vertical', 'diagonal', 'diagonal']);
    expect(angleBetween(fits[2]?.angle ?? NaN, Math.PI / 4)).toBeLessThan(0.01);
    // rising to the right is 45°, falling 135°
    expect(angleBetween(fits[3]?.angle ?? NaN, Math.PI / 4)).toBeCloseTo(Math.PI / 2, 1);
  });

  test('that are bent are curves, and noise is none and needs all strokes', () => {
    const rng = createRng(3);
    const noise = Float32Array.from({ length: 196 }, () => rng.normal());
    const both = Float32Array.from([...stroke(0.4, 0.22), ...noise]);
    const { shapes, needed } = reader.read(both, 2);
    expect(shapes[0]).toBe('curve');
    expect(needed[0]).toBeLessThanOrEqual(3);
    expect(needed[1]).toBe(12);
    // one in twenty of white noise is let through; of ten there should be few
    const many = Float32Array.from({ length: 40 * 196 }, () => rng.normal());
    const none = reader.read(many, 40).shapes.filter((shape) => shape === 'none');
    expect(none.length).toBeGreaterThanOrEqual(34);
  });
});
