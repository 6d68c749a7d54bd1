// "Should layer 2 not look like a more complex iteration of layer 1?"
import type { Answered, Block } from '../../contract/answer';
import { nodeOf } from '../../network/network';
import { createRng } from '../../network/rng';
import type { Facts } from '../gather';
import type { LayerFacts } from '../layer-facts';
import { strongestUnit } from '../layer-facts';
import { kernelPictures } from '../kernels';
import { meanWithInterval } from '../statistics';
import { above } from './shapes';
import { figure, number, pictureOf, range, sheet, stated, table, text } from './words';
import { median } from '../../contract/median';

const QUESTION = 'Should layer 2 not look like a more complex iteration of layer 1?';

/** Strokes that pictures need, by whose pictures. */
const needed = (facts: LayerFacts, name: string): readonly number[] => facts.shapes.get(name)?.needed ?? [];

export function layersChapter({ first, second, faults, options }: Facts): Answered {
  const channels = options.network.input[2];
  const kernels = kernelPictures(options.network, first.layer);
  const shape = { ...first.window, channels };
  const kernelSize = shape.height * shape.width * shape.channels;
  if (second?.explained == null) {
    const unit = strongestUnit(first);
    const whitened = first.methods.find(({ name }) => name === 'Whitened prior');
    const kernel = figure(
      kernels.subarray(unit * kernelSize, (unit + 1) * kernelSize),
      shape,
      'signed',
      `Kernel of unit ${unit}`,
    );
    return {
      id: 'layers',
      question: QUESTION,
      verdict: 'No second layer',
      sentence:
        'This model has no convolution that reads another one, so there is nothing to be a more complex iteration.',
      pair: [
        kernel,
        whitened === undefined
          ? kernel
          : figure(pictureOf(whitened, unit), shape, 'contrast', `Whitened prior, unit ${unit}`),
      ],
      numbers: [stated(1, '1', 'convolution'), stated(first.units, String(first.units), 'filters')],
      blocks: [],
    };
  }
  const name = 'Whitened prior';
  const [below, upper] = [needed(first, name), needed(second, name)];
  const more = above(upper, below);
  const rng = createRng(options.seed).fork(81);
  const effective = meanWithInterval(
    second.explained.map(({ effectiveUnits }) => effectiveUnits),
    rng,
  );
  const for80 = median(second.explained.map(({ unitsFor80 }) => unitsFor80));
  const linearity = median(second.explained.map((one) => one.linearity));
  const fresh = needed(second, 'Untrained network');
  const trained = fresh.length === 0 ? null : above(upper, fresh);
  const complex = median(upper) > median(below) && more.p < 0.05;
  const composed = effective.interval[0] > 1.5;
  const several = effective.value > 5 ? 'many' : 'several';
  const unit = strongestUnit(second);
  const explained = second.explained.find((one) => one.unit === unit) ?? second.explained[0];
  const wide = { ...second.window, channels };
  const whitened = second.methods.find((one) => one.name === name);
  const plain = second.methods.find((one) => one.name.startsWith('Plain'));
  if (explained === undefined || whitened === undefined || plain === undefined)
    throw new RangeError('nothing chosen');
  const strongest = explained.all.slice(0, 8);
  const kernel = (index: number): Float32Array =>
    kernels.subarray(index * kernelSize, (index + 1) * kernelSize);
  const isFirst = explained.layer === first.layer;
  const units = nodeOf(options.network, explained.layer).shape[2];
  const picture = pictureOf(whitened, unit);
  const blocks: Block[] = [
    text(
      `A unit of ${first.layer} sees ${first.window.height} × ${first.window.width} pixels, one of ${second.layer} ${second.window.height} × ${second.window.width}: its picture has ${number((second.window.height * second.window.width) / (first.window.height * first.window.width), 1)} times as many.${faults === null ? '' : ` The question’s “layer 2 picture” is no picture at all but channel 0 of a feature map with ${units} channels, climbed without ${explained.layer} in front of it.`}`,
      'What each layer can see',
    ),
    text(
      `How many strokes does it take to draw 80 % of a picture’s variance (matching pursuit over bent Gabor pairs, at most 12)? ${first.layer}: median ${number(median(below), 1)}; ${second.layer}: ${number(median(upper), 1)}; a picture of ${second.layer} needs more in ${number(100 * more.area, 0)} % of pairs (rank-sum p ${more.p < 0.001 ? '< 0.001' : `= ${number(more.p, 3)}`}). ${complex ? `So its pictures are more complex${median(upper) < 9 ? ', and still far from noise, which needs all 12' : ''}.` : 'So they are not more complex by this measure.'}${fresh.length === 0 ? '' : ` The same network before its first update needs ${number(median(fresh), 1)} on ${second.layer}: ${trained === null || trained.p > 0.05 ? 'the larger window and the composition make the difference; one made by training could not be told from chance.' : trained.area < 0.5 ? 'training made its pictures simpler.' : 'training made its pictures more complex.'}`}`,
      'Complexity, counted in strokes',
    ),
    table(
      'Median number of strokes for 80 % of the variance.',
      ['Pictures', first.layer, second.layer],
      [...second.shapes.keys()].map((key) => [
        key,
        needed(first, key).length === 0 ? '–' : number(median(needed(first, key)), 1),
        number(median(needed(second, key)), 1),
      ]),
    ),
    text(
      `What makes a unit of ${second.layer} respond to its picture can be read off exactly: every connection’s activation times its weight, led back through pooling to the place where the filter of ${explained.layer} was strongest. Over ${second.explained.length} units: ${number(for80, 0)} of ${units} filters carry 80 % of the positive drive, the effective number is ${number(effective.value, 1)} (participation ratio, 95 % interval ${range(effective.interval, 1)}). ${composed ? `So a unit of ${second.layer} is a composition of ${several} filters of ${explained.layer}, each at its own place, not one of them refined.` : `So a unit of ${second.layer} is little more than one filter of ${explained.layer}.`} Between the empty window and the picture a unit is linear to ${number(100 * linearity, 0)} % (its gradient there times the picture, over the change of response).`,
      'Built from what?',
    ),
    {
      type: 'figures',
      figures: [
        figure(picture, wide, 'contrast', `${second.layer}, unit ${unit}`),
        figure(
          explained.filter,
          wide,
          'signed',
          'The linear filter that the unit is at this picture, ∂a/∂x; mid grey is zero',
        ),
        ...(isFirst
          ? [
              sheet(
                Float32Array.from(strongest.flatMap((drive) => [...kernel(drive.unit)])),
                shape,
                'signed',
                `Its eight strongest filters of ${explained.layer}: ${strongest.map((drive) => `${drive.unit} at (${drive.top}, ${drive.left})`).join(', ')}`,
                8,
              ),
              figure(
                assembled(explained.all, kernels, kernelSize, shape, wide),
                wide,
                'signed',
                'All filters added up at their places, by their drive: what the unit is built from',
              ),
            ]
          : []),
      ],
    },
    table(
      `Unit ${unit} of ${second.layer}: its strongest connections. Shares are of the positive drive.`,
      [`Filter of ${explained.layer}`, 'Row', 'Column', 'Share'],
      strongest.map((drive) => [
        String(drive.unit),
        String(drive.top),
        String(drive.left),
        `${number(100 * drive.share, 1)} %`,
      ]),
    ),
  ];
  const paths = second.paths.get(name);
  if (paths !== undefined) {
    blocks.push({
      type: 'plot',
      plot: {
        kind: 'bar',
        caption: `Rank correlation of the layers below with the best real windows’, median over units of ${second.layer}, by method.`,
        ...{ x: '', y: 'correlation' },
        names: [...second.paths.keys()],
        series: [
          {
            name: 'picture',
            x: [...second.paths.keys()].map((_, i) => i),
            y: [...second.paths.values()].map((checks) => median(checks.map((check) => check.picture))),
          },
        ],
      },
    });
  }
  return {
    id: 'layers',
    question: QUESTION,
    verdict: complex && composed ? 'Yes, and it does' : composed ? 'Partly' : 'Not here',
    sentence:
      complex && composed
        ? `Layer 2 puts ${several} layer-1 filters together at their own places; with a prior from the data its pictures take more strokes${trained !== null && trained.p > 0.05 ? ', as they do before training' : ''}.`
        : composed
          ? `Layer 2 is put together from ${several} layer-1 filters, but its pictures are no more complex than theirs on this model.`
          : 'On this model units of layer 2 lean on hardly more than one layer-1 filter each.',
    pair: [
      figure(
        kernel(isFirst ? (strongest[0]?.unit ?? 0) : 0),
        shape,
        'signed',
        `${first.layer}, filter ${isFirst ? (strongest[0]?.unit ?? 0) : 0}`,
      ),
      figure(
        picture,
        wide,
        'contrast',
        `${second.layer}, unit ${unit}${isFirst ? ', built from it and others' : ''}`,
      ),
    ],
    numbers: [
      stated(
        effective.value,
        number(effective.value, 1),
        `filters of ${explained.layer} in effect, per unit`,
        effective.interval,
      ),
      stated(
        median(upper),
        `${number(median(below), 1)} → ${number(median(upper), 1)}`,
        'strokes in a picture, by layer',
      ),
    ],
    blocks,
  };
}

/** Σ drive · kernel at its place, on the window of the layer above. */
function assembled(
  drives: readonly { unit: number; top: number; left: number; share: number }[],
  kernels: Float32Array,
  size: number,
  { height, width, channels }: { height: number; width: number; channels: number },
  wide: { height: number; width: number },
): Float32Array {
  const out = new Float32Array(wide.height * wide.width * channels);
  for (const { unit, top, left, share } of drives) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = [top + y, left + x];
        if (row < 0 || row >= wide.height || column < 0 || column >= wide.width) continue;
        for (let c = 0; c < channels; c++) {
          const at = (row * wide.width + column) * channels + c;
          out[at] = (out[at] ?? 0) + share * (kernels[unit * size + (y * width + x) * channels + c] ?? 0);
        }
      }
    }
  }
  return out;
}
