// Where in their images the windows are that a scan found: images are looked at once more, all units of one together.
import { pixels, type Dataset } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import type { Network } from '../network/network';
import { blankPlaces, type Places } from './blank';
import { step, type Watch } from './watch';

/** A window somewhere in the training images, and what a unit makes of it. */
export interface Found {
  readonly image: number;
  readonly top: number;
  readonly left: number;
  readonly score: number;
}

/** An image, and the greatest that a unit makes of any of its windows: for the worst, of minus its responses. */
type Row = Pick<Found, 'image' | 'score'>;

const CHUNK = 64;

/**
 * `lists` holds the rows of every unit, best first, and the same of the worst, whose scores have the other sign. Returns
 * them with their places and true scores. `places` is null for whole images.
 */
export async function locate(
  network: Network,
  layer: string,
  places: Places | null,
  lists: readonly (readonly (readonly Row[])[])[],
  { train }: Pick<Dataset, 'train'>,
  watch: Watch,
): Promise<Found[][][]> {
  const found = lists.map((units, which) =>
    units.map((rows) =>
      rows.map(({ image, score }) => ({ image, top: 0, left: 0, score: which === 0 ? score : -score })),
    ),
  );
  if (places === null) return found;
  const wanted = new Map<number, { unit: number; sign: number; of: { top: number; left: number } }[]>();
  found.forEach((units, which) => {
    units.forEach((rows, unit) => {
      for (const of of rows) {
        const known = wanted.get(of.image) ?? [];
        known.push({ unit, sign: which === 0 ? 1 : -1, of });
        wanted.set(of.image, known);
      }
    });
  });
  const { image, rows, columns, strides } = places;
  const size = image.height * image.width * image.channels;
  const blank = new Float32Array(rows * columns);
  const images = [...wanted.keys()];
  for (let from = 0; from < images.length; from += CHUNK) {
    const some = images.slice(from, from + CHUNK);
    const [values, units] = tf.tidy(() => {
      const x = tf.tensor4d(pixels(train, size, some), [
        some.length,
        image.height,
        image.width,
        image.channels,
      ]);
      const map = forward(network, x, layer, true);
      return [map.dataSync<'float32'>(), map.shape[3]] as const;
    });
    some.forEach((which, i) => {
      blankPlaces(places, train.images.subarray(which * size, (which + 1) * size), blank);
      for (const { unit, sign, of } of wanted.get(which) ?? []) {
        let [best, at] = [-Infinity, 0];
        for (let place = 0; place < blank.length; place++) {
          const value = sign * (values[(i * blank.length + place) * units + unit] as number);
          if (blank[place] === 1 || value <= best) continue;
          [best, at] = [value, place];
        }
        of.top = Math.round(Math.floor(at / columns) * strides[0]);
        of.left = Math.round((at % columns) * strides[1]);
      }
    });
    await step(watch, (from + some.length) / images.length);
  }
  return found;
}
