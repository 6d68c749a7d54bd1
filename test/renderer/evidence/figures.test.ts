// What the page of evidence draws: bars on their scale, a unit cut from a sheet, the matrix of responses, groups of likes.
import { describe, expect, test } from 'vitest';
import { barPlace } from '../../../src-renderer/evidence/bar-place';
import { duplicatesIn, heatOf, strongestIn } from '../../../src-renderer/evidence/response-matrix';
import { sheetPart } from '../../../src-renderer/evidence/sheet-part';

describe('a bar', () => {
  test('goes from its base to its value, to either side', () => {
    expect(barPlace(0.75, 0.5, 0, 1)).toEqual({ from: 50, to: 75 });
    expect(barPlace(0.25, 0.5, 0, 1)).toEqual({ from: 25, to: 50 });
    expect(barPlace(0.3, 0, -0.2, 0.8)).toEqual({ from: 20, to: 50 });
  });
  test('stops at the ends of the scale, and is none where there is no value', () => {
    expect(barPlace(7, 0, 0, 1)).toEqual({ from: 0, to: 100 });
    expect(barPlace(Number.NaN, 0.5, 0, 1)).toEqual({ from: 50, to: 50 });
  });
});

describe('a sheet of all units', () => {
  test('holds 64 pictures of 14 × 14 in rows of 16', () => {
    expect(sheetPart({ height: 56, width: 224 }, 64, 37, 16)).toEqual({
      ...{ index: 37, columns: 16, height: 14, width: 14 },
    });
  });
  test('is one row for fewer units than a row has', () => {
    expect(sheetPart({ height: 28, width: 280 }, 10, 3, 16)).toEqual({
      ...{ index: 3, columns: 10, height: 28, width: 28 },
    });
  });
});

describe('the matrix of responses', () => {
  const lightness = (colour: number): number =>
    (colour & 255) + ((colour >> 8) & 255) + ((colour >> 16) & 255);

  test('grows lighter with the response, and is cut at three deviations', () => {
    const colours = heatOf(Float32Array.of(-9, -3, -1, 0, 1, 3, 9));
    const light = Array.from(colours, lightness);
    expect(light).toEqual(light.toSorted((a, b) => a - b));
    expect(colours[0]).toBe(colours[1]);
    expect(colours[5]).toBe(colours[6]);
    expect(colours[2]).not.toBe(colours[3]);
  });
  test('has the middle colour where a response is no number', () => {
    const [none, zero] = heatOf(Float32Array.of(Number.NaN, 0));
    expect(none).toBe(zero);
  });
  test('says which unit a picture stands out to', () => {
    const responses = Float32Array.of(0, 2, 1, /* second picture */ 3, -1, 0);
    expect(strongestIn(responses, 0, 3)).toEqual({ at: 1, value: 2 });
    expect(strongestIn(responses, 1, 3)).toEqual({ at: 0, value: 3 });
  });
});

test('pictures that are nearly the same stand in groups, the largest first, under the numbers of their units', () => {
  const clusters = [0, 1, 0, 2, 1, 1, 3];
  expect(duplicatesIn(clusters, [10, 11, 12, 13, 14, 15, 16])).toEqual([
    [11, 14, 15],
    [10, 12],
  ]);
  expect(duplicatesIn([0, 1, 2], [0, 1, 2])).toEqual([]);
});
