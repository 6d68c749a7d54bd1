// The ascents of a layer's units by one method: what they share, made once.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { folded, type Folded } from '../network/folded';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { ascend, type Ascent, type Frame } from './ascend';
import { classContrast, neuron, type Objective } from './objectives';
import { projectedAscent } from './optimisers';
import type { PictureSize } from './parametrisations';
import { bestReal, isOutput } from './real';
import { searchOf, type Search } from './search';
import type { VisualizeOptions } from './visualize';

/** Everything that a batch of pictures needs, made from the options once. */
export class LayerAscent {
  readonly options: VisualizeOptions;
  readonly size: PictureSize;
  readonly best: Float32Array;
  readonly search: Search;
  private readonly folded: Folded;

  constructor(options: VisualizeOptions) {
    const { network, layer, windows, method } = options;
    const { height, width } = windowOf(network, layer);
    this.options = options;
    this.size = { height, width, channels: network.input[2] };
    this.best = options.best ?? bestReal(network, layer, windows);
    this.search = searchOf(method, windows, this.size);
    this.folded = folded(network, [layer]);
  }

  /** Starts of the units' pictures: those of a unit do not depend on which others are asked for. */
  private starts(units: readonly number[], starts: number): Tensor2D {
    const rng = createRng(this.options.seed);
    const make = this.search.parametrisation;
    return tf.tidy(() => {
      const rows = [...Array(starts).keys()].flatMap((start) =>
        units.map((unit) => make.start(1, rng.fork(start).fork(unit))),
      );
      const theta = tf.concat2d(rows, 0);
      return this.options.method.name === 'box' ? theta.mul<Tensor2D>(0.1).add<Tensor2D>(0.5) : theta;
    });
  }

  /** Climbs for units × starts pictures, ordered by start, then unit. */
  async *climb(
    units: readonly number[],
    budget: number,
    steps: number,
    starts: number,
    frames: ReadonlySet<number>,
  ): AsyncGenerator<Frame, Ascent> {
    const { layer, seed, signal } = this.options;
    const { network } = this.folded;
    const rows = [...Array(starts).keys()].flatMap(() => units);
    const objective: Objective = (isOutput(network, layer) ? classContrast : neuron)(network, layer, rows);
    const constraint = this.search.constraint(budget);
    const optimiser = projectedAscent(constraint);
    const start = this.starts(units, starts);
    const { parametrisation, transforms } = this.search;
    try {
      return yield* ascend({
        ...{
          objective,
          parametrisation,
          constraint,
          optimiser,
          transforms,
          start,
          steps,
          frames,
          seed,
          signal,
        },
      });
    } finally {
      objective.dispose();
      optimiser.dispose();
      start.dispose();
    }
  }

  dispose(): void {
    this.search.parametrisation.dispose();
    this.folded.dispose();
  }
}
