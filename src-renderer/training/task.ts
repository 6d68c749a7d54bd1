// What the next training is to learn from, as far as the form knows it.
import type { DatasetInfo, OwnDataInfo } from '../../src-main/contract/calls';

export interface Task {
  readonly dataset: string;
  readonly side: number | null;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  /** Why nothing can be trained on it now; null when it can. */
  readonly reason: string | null;
}

/** Of a dataset that the app knows (`own` null: grey images of ten classes), or of one's own. */
export function taskOf(
  dataset: string,
  side: number | null,
  info: DatasetInfo | null,
  own: OwnDataInfo | null,
  reason: string | null,
): Task {
  const { height, width } = info ?? { height: 28, width: 28 };
  const { channels, classes } = own ?? { channels: 1, classes: { length: 10 } };
  return { dataset, side, height, width, channels, classes: classes.length, reason };
}
