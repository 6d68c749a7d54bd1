// "Why are the results not more distinct?"
import type { Answered, Block, MethodRow } from '../../contract/answer';
import { bestOfWords } from '../../contract/best-of';
import type { ClassFacts } from '../class-facts';
import { framed } from '../faults';
import type { Facts } from '../gather';
import type { LayerFacts } from '../layer-facts';
import { strongestUnit } from '../layer-facts';
import type { MethodPictures } from '../methods-compared';
import type { OtherStarts } from '../other-starts';

import {
  displayOf,
  figure,
  number,
  pictureOf,
  range,
  share,
  sheet,
  spaced,
  stated,
  table,
  text,
} from './words';
import { median } from '../../contract/median';
import { windowOf } from '../../network/receptive-field';

const named = (facts: LayerFacts, start: string): MethodPictures | undefined =>
  facts.methods.find(({ name }) => name.startsWith(start));
const row = (facts: LayerFacts, start: string): MethodRow | undefined =>
  facts.rows.find(({ method }) => method.startsWith(start));

/** Radii whose pictures the report shows; all stand in its plot. */
const IN_FIGURES: readonly number[] = [1, 2, 3, 4, 6, 9, 14, 20];

const COLUMNS =
  'Distinctness is 1 − the mean absolute correlation between pictures, with a 95 % bootstrap interval over the units. Noise is distinct too, so the other columns stand beside it, medians over the units: the greatest cosine to a real window in the whitened space; ‖z‖/√k there (1 for a typical real window); the response at one common length × that of the best real window; the response left after a shift by one pixel, and with noise of a tenth of the picture’s length; the rank correlation of the layers below with the best real windows’.';

function methodTable({ layer, rows, robust, paths }: LayerFacts): Block {
  return table(
    `${layer}: the same units under every method${rows.some(({ method }) => method.includes(', ')) ? ', and the question’s with its faults repaired one by one (the repairs that are not listed change which pictures are shown, or how, but no picture)' : ''}.`,
    [
      ...['Method', 'Units', 'Distinctness', 'Nearest real', 'Distance', 'Response', 'After shift'],
      ...['With noise', 'Path'],
    ],
    rows.map((one) => [
      one.method,
      String(one.units),
      `${number(one.distinctness)} (${range(one.distinctnessInterval)})`,
      number(one.nearestReal),
      number(one.distance, 1),
      `${number(one.commonBudget)} ×`,
      share(robust.get(one.method)?.shift ?? NaN),
      share(robust.get(one.method)?.noise ?? NaN),
      paths.has(one.method)
        ? number(median((paths.get(one.method) ?? []).map(({ picture }) => picture)))
        : '–',
    ]),
  );
}

/** Whether another start would have given another picture. */
function startsBlocks({ unit, facets, seeds }: OtherStarts, layer: string): Block[] {
  const [prior, plain] = ['Whitened', 'Plain'].map((start) =>
    seeds.find(({ name }) => name.startsWith(start)),
  );
  const both = (of: (seed: OtherStarts['seeds'][number]) => number): string =>
    `${number(prior === undefined ? NaN : of(prior))}, plain ${number(plain === undefined ? NaN : of(plain))}`;
  const same = (prior?.correlation ?? NaN) > 0.8;
  const count = facets.facets.length;
  return [
    text(
      `All pictures of ${layer} were made again with the next seed. Median correlation with the first ones: with the prior ${both(({ correlation }) => correlation)}; response × that of the first ones: with the prior ${both(({ response }) => response)}; distinctness with the prior ${both(({ distinctness }) => distinctness[1])} (it was ${both(({ distinctness }) => distinctness[0])}). ${same ? (count === 1 ? 'So with the prior a picture belongs to its unit and not to its start.' : 'So with the prior most pictures belong to their unit and not to their start, though not all do.') : 'So a unit has several pictures, and one of them is an example: the figures stay, the picture need not.'} ${facets.starts} starts of unit ${unit} end in ${count === 1 ? 'one optimum' : `${count} optima that differ`} (pictures that correlate above 0.8 count as one); the worst start reaches ${share(facets.spread)} of the best response.`,
      'Would another start give another picture?',
    ),
    {
      type: 'figures',
      figures: facets.facets.slice(0, 8).map(({ score, starts, picture }) => ({
        ...picture,
        caption: `${starts} of ${facets.starts}, response ${number(score)}`,
        columns: 1,
      })),
    },
  ];
}

/** What others' reading of class pictures adds to the model's own. */
function transferInWords({ pictures }: ClassFacts): string {
  const [prior, plain] = ['Whitened', 'Plain'].map((start) =>
    pictures.find(({ name }) => name.startsWith(start)),
  );
  if (prior === undefined || plain === undefined) return '';
  const others = (of: ClassFacts['pictures'][number]): number =>
    of.others.reduce((sum, { confidence }) => sum + confidence, 0) / of.others.length;
  const [own, apart] = [prior.own.confidence - plain.own.confidence, others(prior) - others(plain)];
  if (apart < 0.03)
    return 'On this model other networks read the plain pictures as surely as those with the prior.';
  if (own < -0.03)
    return 'This network itself is surer of the plain pictures, others are of those with the prior: the plain ones speak to this network more than to the class.';
  return own < apart / 2
    ? 'The network’s own confidence hardly tells the two apart, another’s does: the plain pictures speak to this network more than to the class.'
    : 'The pictures with the prior are read more surely by this network and by others.';
}

/** What training made of the kernels, in a sentence; the verdict needs to know whether they are more than noise. */
function kernelsInWords(facts: LayerFacts): { words: string; noisy: boolean } {
  const { layer, smooth, moved } = facts;
  const noisy = smooth === null ? false : smooth.p > 0.01;
  const parts = [
    moved === null ? null : `its weights moved by ‖W − W₀‖ / ‖W₀‖ = ${number(moved)} from their random start`,
    smooth === null
      ? null
      : `neighbouring weights correlate ${number(smooth.value, 3)} (the same weights in random places: ${range(smooth.chance, 3)}; permutation test p ${smooth.p <= 0.005 ? '≤ 0.005' : `= ${number(smooth.p, 3)}`})`,
  ].filter((one) => one !== null);
  const verdict =
    smooth === null
      ? ''
      : noisy
        ? smooth.p > 0.05
          ? ': in space they are no smoother than noise'
          : ': in space they are hardly smoother than noise'
        : ': they are smoother than noise, so training did shape them';
  return { words: parts.length === 0 ? '' : `On ${layer} ${parts.join(', and ')}${verdict}.`, noisy };
}

export function distinct(facts: Facts): Answered {
  const { first, second, faults, classes, ladder, options, training } = facts;
  const deep = second ?? first;
  const asked = row(first, 'The question');
  const [plain, whitened, real] = ['Plain', 'Whitened', 'Best real'].map((name) => row(deep, name)) as [
    MethodRow,
    MethodRow,
    MethodRow,
  ];
  const unit = strongestUnit(deep);
  const layers = second === null ? [first] : [first, second];
  const kernels = layers.map(kernelsInWords);
  const noisy = kernels.some((one) => one.noisy);
  const path = (name: string, key: 'picture' | 'real' | 'noise'): number =>
    median((deep.paths.get(name) ?? []).map((check) => check[key]));
  const robust = (name: string): number => deep.robust.get(name)?.shift ?? NaN;
  const fragile = robust('Plain, on a sphere') < robust('Best real window') - 0.1;
  const alike = asked !== undefined && asked.distinctness < 0.5;
  const near = layers.every(({ moved }) => moved !== null && moved < 0.3);
  const blocks: Block[] = [
    text(
      alike
        ? `The question’s pictures are alike (distinctness ${number(asked.distinctness)}) ${framed(faults) ? 'because each is one grey with a frame. That is the method, not the network' : 'and the method makes them so, not the network'}: a bounded ascent through the real layers gives ${number(plain.distinctness)} on ${deep.layer} and the best real windows themselves ${number(real.distinctness)}.`
        : `${asked === undefined ? 'The question’s method does not apply to this model' : `On this model even the question’s pictures differ (distinctness ${number(asked.distinctness)})`}; a bounded ascent gives ${number(plain.distinctness)} on ${deep.layer}, and the best real windows ${number(real.distinctness)}.`,
      'First the method',
    ),
    text(
      `${COLUMNS} A unit’s best real window is the ${layers.map(({ layer, looked }) => `${bestOfWords({ windows: looked, all: false })} of ${layer}`).join(' and the ')}.`,
    ),
    ...layers.map(methodTable),
    text(
      `${kernels.map(({ words }) => words).join(' ')} ${
        noisy
          ? 'So a faithful optimum of such a unit must look like noise: the plain picture is not wrong, it shows what the weights are.'
          : 'So structure in a faithful picture is structure of the weights.'
      }${
        fragile
          ? ` It is also fragile: shifted by one pixel the plain pictures keep ${share(robust('Plain, on a sphere'))} of their response, real windows ${share(robust('Best real window'))}, pictures with the prior ${share(robust('Whitened prior'))}.`
          : ''
      }`,
      'Then the network',
    ),
  ];
  for (const one of layers) {
    const figures = one.methods.map((pictures) =>
      sheet(
        pictures.windows,
        { ...one.window, channels: options.network.input[2] },
        displayOf(pictures.name),
        `${one.layer}, ${pictures.name}`,
        10,
      ),
    );
    blocks.push({ type: 'figures', figures });
  }
  blocks.push(
    text(
      `Among all windows that excite a unit, ask for one that could be part of a real image: x = μ + V√λ·z with ‖z‖ ≤ r, V and λ from the principal components of real windows. On ${deep.layer} at r = ${number(deep.radius, 1)} the median response is ${number(whitened.commonBudget)} × that of the best real windows at the same length${
        deep.paths.size === 0
          ? '.'
          : `, and the pictures take ${path('Whitened prior', 'picture') > (path('Whitened prior', 'real') + path('Plain, on a sphere', 'picture')) / 2 ? 'the path of real windows' : 'a path of their own'} through the layers below: rank correlation ${number(path('Whitened prior', 'picture'))}, between real windows ${number(path('Whitened prior', 'real'))}, plain ${number(path('Plain, on a sphere', 'picture'))}, noise ${number(path('Whitened prior', 'noise'))} (after Geirhos et al. 2024).`
      } Its distinctness is ${number(whitened.distinctness)}; the best real windows have ${number(real.distinctness)}, random pictures of the same prior ${number(deep.priorDistinctness)}${whitened.distinctness < plain.distinctness ? `: less than noise-like pictures (${number(plain.distinctness)}), because every picture shares the mean window and the few directions in which real windows vary most` : ''}.`,
      'What a prior from the data adds',
    ),
  );
  if (ladder !== null) {
    const radii = ladder.rungs.flatMap(({ radius }) => radius ?? []);
    blocks.push(
      {
        type: 'figures',
        figures: ladder.rungs
          .filter(({ radius }) => radius === null || IN_FIGURES.includes(radius))
          .map(({ radius, picture, ratio }) => ({
            ...picture,
            caption: `${radius === null ? 'no prior' : `r = ${number(radius, 0)}`}: ${number(ratio)} ×`,
            columns: 1,
          })),
      },
      {
        type: 'plot',
        plot: {
          kind: 'line',
          caption: `Unit ${unit} of ${deep.layer} as the prior is loosened: response × ${bestOfWords(ladder.bestOf)}, and cosine to the nearest real window.`,
          ...{ x: 'radius r', y: '' },
          series: [
            {
              name: 'response ×',
              x: radii,
              y: ladder.rungs.slice(0, radii.length).map(({ ratio }) => ratio),
            },
            {
              name: 'nearest real',
              x: radii,
              y: ladder.rungs.slice(0, radii.length).map(({ nearestReal }) => nearestReal),
            },
          ],
        },
      },
    );
  }
  blocks.push(...startsBlocks(facts.starts, deep.layer));
  if (classes !== null) {
    const { height, width } = { height: options.network.input[0], width: options.network.input[1] };
    const shape = { height, width, channels: options.network.input[2] };
    blocks.push(
      {
        type: 'figures',
        figures: classes.pictures.map(({ name, images }) =>
          sheet(images, shape, name.startsWith('Plain') ? 'signed' : 'ink', `${classes.layer}, ${name}`, 10),
        ),
      },
      table(
        options.others.length === 0
          ? 'The classes’ own pictures, as this model reads them. No independently trained network was at hand to read them too.'
          : `The classes’ own pictures, as this model reads them and as ${options.others.length} independently trained ${options.others.length === 1 ? 'network reads' : 'networks read'} them (“transfer”, Fel et al. 2023). ${transferInWords(classes)}`,
        ['Method', 'Read rightly, own', 'Confidence, own', 'Read rightly, others', 'Confidence, others'],
        classes.pictures.map(({ name, own, others }) => [
          name,
          share(own.accuracy),
          number(own.confidence, 3),
          others.length === 0 ? '–' : others.map(({ accuracy }) => share(accuracy)).join(', '),
          others.length === 0 ? '–' : others.map(({ confidence }) => number(confidence, 3)).join(', '),
        ]),
      ),
    );
  }
  for (const { layer, moments } of training) {
    blocks.push(
      table(
        `${layer} through training.`,
        ['Updates', '‖W − W₀‖ / ‖W₀‖', 'Correlation of pictures with the final ones'],
        moments.map(({ step, change, likenessToLast }) => [
          String(step),
          change === null ? '–' : number(change, 3),
          number(likenessToLast),
        ]),
      ),
      {
        type: 'figures',
        figures: moments.map(({ step, pictures }) => ({
          ...spaced(pictures, windowOf(options.network, layer)),
          caption: `${layer}, pictures after ${step} updates`,
        })),
      },
    );
  }
  const [left, right] = [named(deep, 'Plain'), named(deep, 'Whitened')] as [MethodPictures, MethodPictures];
  const shape = { ...deep.window, channels: options.network.input[2] };
  return {
    id: 'distinct',
    question: 'Why are the results not more distinct?',
    verdict: alike ? (noisy ? 'Method and network' : 'The method') : 'They are',
    sentence: alike
      ? noisy
        ? `The method paints one grey for every filter; and the kernels ${near ? 'stayed close to random' : 'are no smoother than noise'}, so even right pictures look like noise until real data constrains them.`
        : 'The method paints one grey for every filter; the kernels themselves are shaped by training, and a bounded ascent shows them apart.'
      : 'The pictures differ on this model; what they lack is likeness to real data, which a prior from the data adds.',
    pair: [
      figure(pictureOf(left, unit), shape, 'signed', `Plain, unit ${unit} of ${deep.layer}`),
      figure(pictureOf(right, unit), shape, 'contrast', `Whitened prior, unit ${unit} of ${deep.layer}`),
    ],
    numbers: [
      stated(
        asked?.distinctness ?? NaN,
        number(asked?.distinctness ?? NaN),
        'distinctness, the question’s',
        asked?.distinctnessInterval ?? null,
      ),
      stated(
        plain.distinctness,
        number(plain.distinctness),
        `distinctness, bounded ascent on ${deep.layer}`,
        plain.distinctnessInterval,
      ),
    ],
    blocks,
  };
}
