// Whole moments of a layer, put together where its units climb in several batches.
import type { VisualizeFrame } from '../ascent/visualize';

type Moment = Pick<VisualizeFrame, 'step' | 'scores' | 'images'>;

export class Moments {
  private readonly bySteps = new Map<number, Moment>();

  /** Takes what is new in a frame: the units that have a score now and had none at this step. */
  add({ step, scores, images }: Moment): void {
    const known = this.bySteps.get(step);
    if (known === undefined) {
      this.bySteps.set(step, { step, scores: scores.slice(), images: images.slice() });
      return;
    }
    const size = images.length / scores.length;
    scores.forEach((score, unit) => {
      if (Number.isNaN(score) || !Number.isNaN(known.scores[unit])) return;
      known.scores[unit] = score;
      known.images.set(images.subarray(unit * size, (unit + 1) * size), unit * size);
    });
  }

  /** True once there was anything to put together. */
  get used(): boolean {
    return this.bySteps.size > 0;
  }

  /** All moments, by their steps. */
  inOrder(): Moment[] {
    return [...this.bySteps.values()].sort((a, b) => a.step - b.step);
  }
}
