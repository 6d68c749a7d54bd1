// Which labels the units of a layer answer to, by the strongest response of each in each image.
import { correlationRatio, rocAreas } from './statistics';
import { step, type Watch } from './watch';

/** All empty where the data has no labels. */
export interface ByLabel {
  /** Mean over a label's images, [units × classes]; NaN for a label without images. */
  readonly means: Float32Array<ArrayBuffer>;
  /** Probability that an image of the label excites the unit more than another does, [units × classes]. */
  readonly areas: Float32Array<ArrayBuffer>;
  /** η² of the label, [units]. */
  readonly explained: Float32Array<ArrayBuffer>;
}

/** `values` [images × units], `labels` [images]. */
export async function byLabel(
  values: Float32Array,
  labels: Uint16Array,
  classes: number,
  watch: Watch,
): Promise<ByLabel> {
  const images = labels.length;
  const units = values.length / images;
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const means = new Float32Array(units * classes);
  const areas = new Float32Array(units * classes);
  const explained = new Float32Array(units);
  const own = new Float32Array(images);
  for (let unit = 0; unit < units; unit++) {
    const sums = new Float64Array(classes);
    for (let i = 0; i < images; i++) {
      const [value, label] = [values[i * units + unit] as number, labels[i] as number];
      own[i] = value;
      sums[label] = (sums[label] as number) + value;
    }
    sums.forEach((sum, label) => (means[unit * classes + label] = sum / (counts[label] as number)));
    areas.set(rocAreas(own, labels, classes), unit * classes);
    explained[unit] = correlationRatio(own, labels);
    await step(watch, (unit + 1) / units);
  }
  return { means, areas, explained };
}
