// The training form: its fields with the contract's ranges, its presets, and the configuration that it stands for.
import { trainingConfigurationSchema, type TrainingConfiguration } from '../../src-main/contract/training';

/** The fields that hold one number each. */
export interface TrainingNumbers {
  steps: number;
  batch: number;
  learningRate: number;
  keepProbability: number;
  filters1: number;
  filters2: number;
  kernelSize: number;
  hidden: number;
  seed: number;
}

export type FieldName = keyof TrainingNumbers;

/** What a field accepts, and a value that is safe: the question's. */
export interface FieldRange {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  readonly safe: number;
}

const { shape } = trainingConfigurationSchema;
const [filters1, filters2] = shape.filters.unwrap().def.items;
const numbers = {
  steps: shape.steps.unwrap(),
  batch: shape.batch.unwrap(),
  learningRate: shape.learningRate.unwrap(),
  keepProbability: shape.keepProbability.unwrap(),
  filters1,
  filters2,
  kernelSize: shape.kernelSize.unwrap(),
  hidden: shape.hidden.unwrap(),
  seed: shape.seed.unwrap(),
};

/** The form that stands for a configuration. */
export function numbersOf({ filters, ...rest }: TrainingConfiguration): TrainingNumbers {
  const { steps, batch, learningRate, keepProbability, kernelSize, hidden, seed } = rest;
  const [first, second] = filters;
  return {
    steps,
    batch,
    learningRate,
    keepProbability,
    filters1: first,
    filters2: second,
    kernelSize,
    hidden,
    seed,
  };
}

/** The question's own numbers, and the same in a tenth of the steps. */
export const presets = {
  question: numbersOf(trainingConfigurationSchema.parse({})),
  quick: numbersOf(trainingConfigurationSchema.parse({ steps: 500 })),
} as const;

export type PresetName = keyof typeof presets;

/** The preset that a form is, but for its seed; null when it is none. */
export function presetOf(form: TrainingNumbers): PresetName | null {
  const same = (preset: TrainingNumbers): boolean =>
    (Object.keys(preset) as FieldName[]).every((name) => name === 'seed' || preset[name] === form[name]);
  return (Object.keys(presets) as PresetName[]).find((name) => same(presets[name])) ?? null;
}

export function rangeOf(name: FieldName): FieldRange {
  const { minValue, maxValue, format } = numbers[name];
  return {
    min: minValue ?? -Infinity,
    max: maxValue ?? Infinity,
    integer: format === 'safeint',
    safe: presets.question[name],
  };
}

/** Steps to keep the model before, from text such as "0, 100, 300"; null when it is no such list or reaches past the end. */
export function snapshotsOf(text: string, steps: number): number[] | null {
  const parts = text.split(/[,;]/).filter((part) => part.trim() !== '');
  const parsed = shape.snapshots.unwrap().safeParse(parts.map(Number));
  if (!parsed.success || parsed.data.some((step) => step >= steps)) return null;
  return [...new Set(parsed.data)].sort((a, b) => a - b);
}

/** A round number of steps between two reports, so that a curve has one to two hundred points. */
export function reportEvery(steps: number): number {
  const wished = Math.max(1, steps / 100);
  const power = 10 ** Math.floor(Math.log10(wished));
  return ([5, 2, 1].find((factor) => factor * power <= wished) ?? 1) * power;
}

/** The configuration that a form stands for. Throws for values outside their ranges. */
export function configurationOf(
  { filters1: first, filters2: second, ...rest }: TrainingNumbers,
  snapshots: readonly number[],
): TrainingConfiguration {
  return trainingConfigurationSchema.parse({
    ...rest,
    filters: [first, second],
    reportEvery: reportEvery(rest.steps),
    snapshots,
  });
}

/** Parameters of the question's network with these sizes. */
export function parameters(
  form: TrainingNumbers,
  {
    height,
    width,
    channels,
    classes,
  }: { readonly height: number; readonly width: number; readonly channels: number; readonly classes: number },
): number {
  const kernel = form.kernelSize ** 2;
  const pooled = Math.ceil(height / 4) * Math.ceil(width / 4) * form.filters2;
  return (
    (kernel * channels + 1) * form.filters1 +
    (kernel * form.filters1 + 1) * form.filters2 +
    (pooled + 1) * form.hidden +
    (form.hidden + 1) * classes
  );
}
