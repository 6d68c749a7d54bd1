// "Should there not be some diagonals and curves, not only edges?"
import type { Answered, Block } from '../../contract/answer';
import { createRng } from '../../network/rng';
import type { Facts } from '../gather';
import type { LayerFacts } from '../layer-facts';
import { angleBetween, type Shape, type Shapes } from '../shapes';
import { meanWithInterval, rocArea } from '../statistics';
import {
  clarity,
  countShapes,
  displayOf,
  figure,
  number,
  pictureOf,
  range,
  share,
  SHAPES,
  sheet,
  stated,
  table,
  text,
} from './words';
import { median } from '../../contract/median';

/** Probability that a value of `a` is above one of `b`, and a two-sided p by the normal approximation. */
export function above(a: readonly number[], b: readonly number[]): { area: number; p: number } {
  const area = rocArea(Float32Array.from([...a, ...b]), (i) => i < a.length);
  const [n, m] = [a.length, b.length];
  const z = ((area - 0.5) * n * m) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return { area, p: Math.min(1, 2 * (1 - phi(Math.abs(z)))) };
}

/** The standard normal's distribution function (Abramowitz & Stegun 26.2.17, error below 7.5e-8). */
function phi(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}

/** Share of pictures of the given shapes among all, with its interval. */
function shareOf(
  wanted: readonly Shape[],
  { shapes }: Shapes,
  seed: number,
): { value: number; interval: [number, number] } {
  const yes = shapes.map((shape) => (wanted.includes(shape) ? 1 : 0));
  return meanWithInterval(yes, createRng(seed).fork(71));
}

/** Below this share of the pictures a shape is an exception. */
const RARE = 0.05;

/** Share of pictures whose stroke, straight or bent, runs more than 22.5° from both axes. */
function diagonal({ shapes, fits }: Shapes): number {
  const off = (angle: number): number => Math.min(angleBetween(angle, 0), angleBetween(angle, Math.PI / 2));
  const runs = shapes.filter((shape, i) => shape !== 'none' && off(fits[i]?.angle ?? 0) > Math.PI / 8);
  return runs.length / shapes.length;
}

/** "diagonals" and "curves", those that there are; a bent stroke can be both. */
function present(shapes: Shapes): ('diagonals' | 'curves')[] {
  const curves = countShapes(shapes).curve / shapes.shapes.length;
  return [
    ...(diagonal(shapes) > RARE ? (['diagonals'] as const) : []),
    ...(curves > RARE ? (['curves'] as const) : []),
  ];
}

/**
 * Share of units whose picture runs within 22.5° of their best real window, and what chance gives: the share over all
 * pairs of a unit's picture with another unit's window.
 */
function agreement(facts: LayerFacts): { agreed: number; alike: number } {
  const [ours, real] = [facts.shapes.get('Whitened prior'), facts.shapes.get('Best real window')];
  if (ours === undefined || real === undefined) return { agreed: NaN, alike: NaN };
  const n = ours.fits.length;
  const shifted = (by: number): number =>
    ours.fits.filter(
      (fit, i) => angleBetween(fit.angle, real.fits[(i + by) % n]?.angle ?? NaN) <= Math.PI / 8,
    ).length / n;
  const others = Array.from({ length: n - 1 }, (_, i) => shifted(i + 1));
  return { agreed: shifted(0), alike: others.reduce((sum, value) => sum + value, 0) / others.length };
}

/** "10 % horizontal, 55 % vertical, 0 % diagonal, 35 % curved". */
function counts(shapes: Shapes): string {
  const counted = countShapes(shapes);
  const named = { horizontal: 'horizontal', vertical: 'vertical', diagonal: 'diagonal', curve: 'curved' };
  return Object.entries(named)
    .map(([shape, word]) => `${share(counted[shape as Shape] / shapes.shapes.length)} ${word}`)
    .join(', ')
    .concat(`; bent ones included ${share(diagonal(shapes))} run diagonally`);
}

function shapeTable({ layer, shapes }: LayerFacts): Block {
  return table(
    `${layer}: what the best stroke in each picture is. A stroke must explain more of the picture than of 95 % of white noise; a curve must fit better than the best straight stroke by more than 95 % of straight strokes among smooth waves do. Straight ones within 22.5° of an axis are horizontal or vertical.`,
    ['Pictures', 'n', 'Horizontal', 'Vertical', 'Diagonal', 'Curve', 'None', 'Best stroke explains'],
    [...shapes.entries()].map(([name, found]) => {
      const counted = countShapes(found);
      return [
        name,
        String(found.shapes.length),
        ...SHAPES.map((shape) => share(counted[shape] / found.shapes.length)),
        share(median(clarity(found))),
      ];
    }),
  );
}

export function shapesChapter({ first, second, options }: Facts): Answered {
  const deep = second ?? first;
  const whitened = deep.shapes.get('Whitened prior') as Shapes;
  const random = deep.shapes.get('Random picture of the prior') as Shapes;
  const untrained = deep.shapes.get('Untrained network');
  const real = deep.shapes.get('Best real window') as Shapes;
  const kernels = first.shapes.get('Kernel');
  const both = ['diagonal', 'curve'] as const;
  const ours = shareOf(both, whitened, options.seed);
  const theirs = shareOf(both, real, options.seed);
  const chance = shareOf(both, random, options.seed);
  const before = untrained === undefined ? null : shareOf(both, untrained, options.seed);
  const clearer = above(clarity(whitened), clarity(random));
  const learnt = untrained === undefined ? null : above(clarity(whitened), clarity(untrained));
  const { agreed, alike } = agreement(deep);
  const oriented = kernels === undefined ? NaN : 1 - countShapes(kernels).none / kernels.shapes.length;
  const kinds = present(whitened);
  const has = kinds.length > 0 && ours.interval[0] > RARE;
  const missing = kinds.length === 2 ? null : kinds[0] === 'curves' ? 'diagonals' : 'curves';
  const inData = present(real);
  // neither more of them nor clearer ones than before training
  const notLearnt =
    learnt !== null &&
    before !== null &&
    learnt.p > 0.05 &&
    before.value >= ours.interval[0] &&
    before.value <= ours.interval[1];
  const layers = second === null ? [first] : [first, second];
  const shape = { ...deep.window, channels: options.network.input[2] };
  const size = shape.height * shape.width * shape.channels;
  const pictures = deep.methods.find(({ name }) => name === 'Whitened prior');
  const seen = deep.methods.find(({ name }) => name === 'Best real window');
  const clear = clarity(whitened);
  const of = (wanted: readonly string[]): number[] =>
    [...whitened.shapes.keys()]
      .filter((i) => wanted.includes(whitened.shapes[i] ?? ''))
      .sort((a, b) => (clear[b] ?? 0) - (clear[a] ?? 0));
  const [example = [...clear.keys()].sort((a, b) => (clear[b] ?? 0) - (clear[a] ?? 0))[0] ?? 0] = of([
    'diagonal',
    'curve',
  ]);
  const unit = deep.chosen[example] ?? 0;
  const pick = (indices: readonly number[]): Float32Array => {
    const out = new Float32Array(indices.length * size);
    indices.forEach((from, i) => {
      out.set(pictures?.windows.subarray(from * size, (from + 1) * size) ?? [], i * size);
    });
    return out;
  };
  const examples = (
    [
      ['diagonals', of(['diagonal'])],
      ['curves', of(['curve'])],
      ['horizontals and verticals', of(['horizontal', 'vertical'])],
    ] as const
  ).filter(([, indices]) => indices.length > 0);
  const blocks: Block[] = [
    text(
      `Each picture is held against straight and bent strokes of all directions (bent Gabor pairs, Krüger & Peters 2000). On ${deep.layer} ${share(ours.value)} of the pictures with the prior are diagonals or curves (95 % interval ${share(ours.interval[0])} to ${share(ours.interval[1])}; ${counts(whitened)}); of the units’ best real windows ${share(theirs.value)} (${counts(real)}). Random pictures of the same prior: ${share(chance.value)}${before === null ? '' : `; the same network before its first update: ${share(before.value)}`}. Where strokes had no preferred direction and none were bent, half would be diagonal. A stroke clearer than noise need not be all that is seen: the last column of the tables says how much of a picture its best stroke is.${
        missing !== null && has && !inData.includes(missing)
          ? ` There are hardly any ${missing} because the data that excite these units have hardly any.`
          : ''
      }`,
      'Counted',
    ),
    ...layers.map(shapeTable),
    {
      type: 'figures',
      figures: examples.map(([name, indices]) =>
        sheet(pick(indices.slice(0, 10)), shape, 'contrast', `${deep.layer}, whitened prior: ${name}`, 10),
      ),
    },
    text(
      `A prior of real strokes could paint strokes for any unit, so two controls. Random pictures of the same prior at the same radius: a unit’s picture has a clearer stroke than they in ${share(clearer.area)} of pairs (50 % by chance, rank-sum p ${clearer.p < 0.001 ? '< 0.001' : `= ${number(clearer.p, 3)}`}), ${clearer.p < 0.05 && clearer.area > 0.5 ? 'so the unit chooses and not the prior alone' : clearer.p < 0.05 ? 'so the unit makes the prior’s strokes less clear' : 'so the strokes may be the prior’s alone'}. ${
        learnt === null
          ? 'The weights before training are not known for this model, so how much of it was learnt cannot be said.'
          : `The same network before its first update: clearer in ${share(learnt.area)} of pairs (p ${learnt.p < 0.001 ? '< 0.001' : `= ${number(learnt.p, 3)}`}), ${notLearnt ? 'no difference that could be told from chance: random filters of this shape choose strokes as well' : learnt.area > 0.5 ? 'so training made the strokes clearer' : 'so training made the strokes less simple, not clearer'}.`
      } Independent of any prior: in ${share(agreed)} of the units the picture’s best straight stroke runs within 22.5° of that of the best real window (25 % by chance where no direction is preferred; ${share(alike)} when the windows are dealt out to other units)${agreed > alike + 0.1 ? '' : ': no more than with another unit’s window'}.`,
      'Whose strokes are they?',
    ),
  ];
  if (kernels !== undefined) {
    const known = first.smooth;
    blocks.push(
      text(
        `The kernels of ${first.layer} themselves: ${share(oriented)} show a stroke beyond noise (5 % by chance)${known === null ? '' : `, and neighbouring weights correlate ${number(known.value, 3)}, chance ${range(known.chance, 3)}`}. ${oriented > 0.15 ? 'The first layer does have oriented filters.' : 'So the first layer has hardly any oriented filters: the strokes that there are come of many of its filters together, one layer up.'}`,
        'And the kernels?',
      ),
    );
  }
  const [left, right] = [seen, pictures] as [NonNullable<typeof seen>, NonNullable<typeof pictures>];
  return {
    id: 'shapes',
    question: 'Should there not be some diagonals and curves, not only edges?',
    verdict: !has
      ? 'Not here'
      : missing !== null
        ? `Only ${kinds[0] ?? ''}`
        : notLearnt
          ? 'Yes, even untrained'
          : 'Yes',
    sentence: !has
      ? 'Hardly any picture of this model with the prior shows a diagonal or a curve beyond chance.'
      : `${missing === null ? 'There are, once a picture must look like data' : `Once a picture must look like data there are ${kinds[0] ?? ''}, but hardly any ${missing}${inData.includes(missing) ? '' : ': the data have hardly any'}`}${
          learnt === null
            ? '; whether they were learnt is not known.'
            : notLearnt
              ? missing === null
                ? '; but the untrained network shows as many, so they prove no learning.'
                : '; and the untrained network shows as many.'
              : learnt.p <= 0.05 && learnt.area > 0.5
                ? '; and they are clearer than before training.'
                : '; training changed them, but made them no clearer.'
        }`,
    pair: [
      figure(
        pictureOf(left, unit),
        shape,
        displayOf(left.name),
        `Best real window, unit ${unit} of ${deep.layer}`,
      ),
      figure(
        pictureOf(right, unit),
        shape,
        'contrast',
        `Whitened prior, the same unit: ${whitened.shapes[example] ?? ''}`,
      ),
    ],
    numbers: [
      stated(ours.value, share(ours.value), 'of pictures are diagonals or curves', ours.interval),
      stated(agreed, share(agreed), `run as their best real window does; ${share(alike)} by chance`),
    ],
    blocks,
  };
}
