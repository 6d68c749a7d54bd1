// "Is the methodology right? How and when does one normalise?"
import type { Answered, Block } from '../../contract/answer';
import type { Display } from '../../contract/method';
import { framed } from '../faults';
import type { Facts } from '../gather';
import { strongestUnit } from '../layer-facts';
import { kernelPictures } from '../kernels';
import { distinctnessOf } from '../selectivity';
import {
  countShapes,
  figure,
  number,
  pictureOf,
  plainNumber,
  range,
  share,
  sheet,
  stated,
  table,
  text,
} from './words';

const QUESTION = 'Is the methodology right? How and when does one normalise?';

export function methodology({ first, second, faults, options }: Facts): Answered {
  const plain = first.rows.find(({ method }) => method.startsWith('Plain'));
  const asked = first.rows.find(({ method }) => method.startsWith('The question'));
  const [own, best] = [asked?.kernelCosine ?? NaN, plain?.kernelCosine ?? NaN];
  const right = Math.abs(own) >= 0.9;
  const questions = first.methods.find(({ name }) => name.startsWith('The question'));
  const unit = questions?.units.includes(strongestUnit(first))
    ? strongestUnit(first)
    : (questions?.units[0] ?? first.chosen[0] ?? 0);
  const shape = { ...first.window, channels: options.network.input[2] };
  const kernels = kernelPictures(options.network, first.layer);
  const size = first.window.height * first.window.width * shape.channels;
  const kernel = kernels.subarray(unit * size, (unit + 1) * size);
  const blocks: Block[] = [];
  if (faults !== null && questions !== undefined) {
    blocks.push(
      text(
        `The loss is −mean(conv2d(noise, kernel + bias)). A convolution is linear in the picture, so its gradient is the same at every step: x after T steps is x₀ + rate·T·g. Inside the picture g is the sum of the kernel / ${options.network.input[0] * options.network.input[1]}, one grey for every pixel; ${faults.frameWidth === 0 ? 'nothing else differs' : `only a frame ${faults.frameWidth} px wide differs`}. Measured here: after half the iterations the picture already correlates ${number(faults.halfway, 4)} with the one after all of them, and ${share(faults.frame)} of its variance sits in the frame, which is ${share(faults.frameArea)} of the picture. More iterations, another rate or another seed change nothing but the contrast.`,
        'One step decides everything',
      ),
      text(
        'Each fault below is repaired alone, everything else left as it was (the path through the real layers together with the slice, since the wrong unit would be judged otherwise). The figure says what the repair changes on this model.',
        'The faults, one by one',
      ),
      table(
        'Faults of the method, each repaired alone.',
        ['Fault', 'Layer', 'What is measured', 'As asked', 'Repaired'],
        faults.faults.map(({ title, layer, measure, before, after }) => [
          title,
          layer,
          measure,
          plainNumber(before),
          plainNumber(after),
        ]),
      ),
    );
    const [height, width] = options.network.input;
    blocks.push({
      type: 'figures',
      figures: faults.runs.map(({ name, run }) => {
        const pictures = run.pictures.filter(({ score }) => !Number.isNaN(score)).slice(0, 8);
        const all = Float32Array.from(pictures.flatMap(({ raw }) => [...raw]));
        const repaired =
          name === 'none'
            ? 'as asked'
            : name === 'all'
              ? 'all repaired'
              : `${REPAIRS[name] ?? name} repaired`;
        return sheet(
          all,
          { height, width, channels: 1 },
          'contrast',
          `${run.layer}, ${repaired}; distinctness of these ${pictures.length}: ${number(distinctnessOf(pictures.map(({ raw }) => raw)))}`,
          8,
        );
      }),
    });
  }
  const whitened = second ?? first;
  const plainest = first.methods.find(({ name }) => name.startsWith('Plain'));
  blocks.push(
    text(
      `The gradient must come from the whole path, ReLU and pooling included, and the picture must be bounded while it is climbed, because nothing else stops it: a fixed length (here ${number(first.norm)} on ${first.layer}, the median of real windows), a box, or a distance in the space of real data (radius ${number(whitened.radius, 1)} on ${whitened.layer}). Whatever is done afterwards is only display: subtracting the mean and dividing by the standard deviation throws away both the sign and the size, sums to 0 up to rounding (so “keep if the sum is above 0” is a coin toss), and hides which filter is strong. One stated scale for a whole layer keeps that.`,
      'When and how to normalise',
    ),
    {
      type: 'figures',
      figures: NORMALISATIONS.map(([display, words]) =>
        sheet(
          plainest === undefined ? kernels : plainest.windows,
          shape,
          display,
          `${first.layer}, ${plainest === undefined ? 'kernels' : 'the same pictures, plain'}: ${words}`,
          10,
        ),
      ),
    },
    text(
      `A first-layer unit is linear in its window, so the right answer is known without any search: under a fixed length it is the kernel itself. That is the test that a method can be put to. Median cosine with the kernel over ${first.chosen.length} filters: ${first.rows
        .filter(({ method }) => !method.startsWith('Best'))
        .map(({ method, kernelCosine }) => `${method} ${number(kernelCosine ?? NaN)}`)
        .join(
          '; ',
        )}. The whitened prior is meant to differ: it answers “which real-looking window”, not “which window”.`,
      'The test: where the optimum is known',
    ),
  );
  const shapes = first.shapes.get('The question’s');
  if (shapes !== undefined && asked !== undefined) {
    const counted = countShapes(shapes);
    blocks.push(
      text(
        `Distinctness of its ${asked.units} pictures on ${first.layer}: ${number(asked.distinctness)} (95 % interval ${range(asked.distinctnessInterval)}), where 0 is all alike; ${shapes.shapes.length - counted.none} of ${shapes.shapes.length} have a stroke clearer than noise in their strongest window${framed(faults) ? ', which is the frame and not the filter' : ''}.`,
      ),
    );
  }
  return {
    id: 'methodology',
    question: QUESTION,
    verdict: right ? 'Yes, here' : 'No',
    sentence: right
      ? 'On this model the pictures do point along the kernels, although the loss has no optimum; bound the picture while climbing and state one display scale.'
      : 'The loss is linear in the picture, so nothing is found: bound the picture while climbing through the real layers, and keep normalisation for display.',
    pair: [
      questions === undefined
        ? figure(kernel, shape, 'signed', `Kernel of unit ${unit}`)
        : figure(
            pictureOf(questions, unit, true),
            questions.shape,
            'contrast',
            `The question’s, unit ${unit}`,
          ),
      figure(kernel, shape, 'signed', `The best window of unit ${unit}, its kernel`),
    ],
    numbers: [
      stated(own, number(own), 'cosine with the kernel, the question’s'),
      stated(best, number(best), 'the same, bounded ascent'),
    ],
    blocks,
  };
}

/** The same numbers by every way to show them. */
const NORMALISATIONS: readonly (readonly [Display, string])[] = [
  ['shared', 'one scale for the layer'],
  ['signed', 'zero mid grey, each to its greatest magnitude'],
  ['contrast', 'each to its own least and greatest value (0..255)'],
  ['meanStd', '(x − mean)/std, ±2.5 shown'],
  ['positive', 'negatives removed'],
  ['ink', '0 black, 1 white, clipped'],
];

const REPAIRS: Readonly<Record<string, string>> = {
  filterIndex: 'the slice',
  biasPlace: 'the bias',
  throughTheNetwork: 'slice and path through the real layers',
  bounded: 'the bound',
};
