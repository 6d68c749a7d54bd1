// A dataset in memory brought to another size.
import { tf } from '../../native/tensorflow';
import { datasetOf, imageSize, type Dataset, type Split } from '../dataset';
import { fit } from './fit';
import { pacer, type ReadOptions } from './reading';

/** The same dataset where it has the wanted size already, or none is wanted, else one of that size. */
export async function resized(dataset: Dataset, options: ReadOptions): Promise<Dataset> {
  const { side } = options;
  const { height, width, channels } = dataset;
  const target = options.target ?? (side == null ? null : { height: side, width: side, channels });
  if (target === null) return dataset;
  if (target.height === height && target.width === width && target.channels === channels) return dataset;
  const pace = pacer(options);
  const [from, to] = [imageSize(dataset), imageSize(target)];
  const total = dataset.train.count + dataset.test.count;
  let done = 0;
  const part = async ({ count, images, labels }: Split): Promise<Split> => {
    const out = new Uint8Array(count * to);
    for (let i = 0; i < count; i++) {
      await pace(done++, total);
      const bytes = tf.tidy(() => {
        const values = Float32Array.from(images.subarray(i * from, (i + 1) * from));
        return fit(tf.tensor3d(values, [height, width, channels]), target);
      });
      out.set(bytes, i * to);
    }
    return { count, images: out, labels };
  };
  const train = await part(dataset.train);
  const test = await part(dataset.test);
  const { name, classes, notes } = dataset;
  return datasetOf({ name, classes, notes, ...target, train, test });
}
