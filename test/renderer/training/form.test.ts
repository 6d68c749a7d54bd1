// The training form: presets, ranges, snapshots, and the configuration that it stands for.
import { describe, expect, it } from 'vitest';
import {
  configurationOf,
  numbersOf,
  parameters,
  presetOf,
  presets,
  rangeOf,
  reportEvery,
  snapshotsOf,
} from '../../../src-renderer/training/form';

describe('the training form', () => {
  it('offers the question’s own numbers, and a tenth of its steps', () => {
    expect(configurationOf(presets.question, [])).toMatchObject({
      steps: 5000,
      batch: 50,
      learningRate: 0.0001,
      keepProbability: 0.5,
      filters: [32, 64],
      kernelSize: 5,
      hidden: 1024,
    });
    expect(configurationOf(presets.quick, []).steps).toBe(500);
  });

  it('knows which preset it shows, whatever the seed', () => {
    expect(presetOf({ ...presets.quick, seed: 7 })).toBe('quick');
    expect(presetOf({ ...presets.quick, batch: 51 })).toBeNull();
  });

  it('takes its ranges from the contract', () => {
    expect(rangeOf('learningRate')).toEqual({ min: 1e-7, max: 1, integer: false, safe: 1e-4 });
    expect(rangeOf('filters1')).toEqual({ min: 1, max: 512, integer: true, safe: 32 });
  });

  it('takes snapshots in any order, once each, and only before the end', () => {
    expect(snapshotsOf('300, 0,100, 100', 500)).toEqual([0, 100, 300]);
    expect(snapshotsOf('', 500)).toEqual([]);
    expect(snapshotsOf('500', 500)).toBeNull();
    expect(snapshotsOf('soon', 500)).toBeNull();
    expect(snapshotsOf('-1', 500)).toBeNull();
  });

  it('goes from a configuration to numbers and back', () => {
    const configuration = configurationOf({ ...presets.quick, learningRate: 0.00035, filters2: 12 }, [0, 50]);
    expect(configurationOf(numbersOf(configuration), configuration.snapshots)).toEqual(configuration);
  });

  it('asks for one to two hundred reports at a round distance', () => {
    expect([1, 60, 500, 2000, 5000, 1_000_000].map(reportEvery)).toEqual([1, 1, 5, 20, 50, 10_000]);
  });

  it('counts the parameters of the question’s network', () => {
    const task = { height: 28, width: 28, channels: 1, classes: 10 };
    expect(parameters(presets.question, task)).toBe(3_274_634);
    expect(parameters(presets.question, { ...task, channels: 3, classes: 2 })).toBe(
      3_274_634 + 2 * 25 * 32 - 8 * 1025,
    );
  });
});
