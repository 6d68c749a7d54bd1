// What a user of tfjs would write: the question's network as a layers model, and visualize-convnet's ascent.
import type { LayersModel, Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../../src-main/native/tensorflow';
import { nodeOf, type Network } from '../../src-main/network/network';

/** The question's network, compiled to be trained by tfjs itself. */
export function stockModel(): LayersModel {
  const weights = { kernelInitializer: 'truncatedNormal', biasInitializer: 'ones' } as const;
  const conv = (filters: number, more = {}) =>
    tf.layers.conv2d({ filters, kernelSize: 5, padding: 'same', activation: 'relu', ...weights, ...more });
  const pool = () => tf.layers.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' });
  const model = tf.sequential({
    layers: [
      conv(32, { inputShape: [28, 28, 1] }),
      pool(),
      conv(64),
      pool(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1024, activation: 'relu', ...weights }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 10, activation: 'softmax', ...weights }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-4), loss: 'categoricalCrossentropy' });
  return model;
}

/** The network up to a layer's activation, by tfjs's own operations. */
function stockLayer(network: Network, layer: string): (x: Tensor4D) => Tensor {
  const conv = (x: Tensor4D, name: string): Tensor4D => {
    const { operation } = nodeOf(network, name);
    if (operation.op !== 'conv2d' || operation.bias === null) throw new RangeError(name);
    return tf.relu(tf.conv2d(x, operation.kernel, 1, 'same').add(operation.bias));
  };
  if (layer === 'conv1') return (x) => conv(x, 'conv1');
  return (x) => conv(tf.maxPool(conv(x, 'conv1'), 2, 2, 'same'), 'conv2');
}

/**
 * The algorithm of tfjs-examples' visualize-convnet for one filter: from grey noise, steps along the gradient of the
 * filter's mean activation over the root of its mean square.
 */
export function visualizeConvnet(network: Network, layer: string, filter: number, steps: number): void {
  const output = stockLayer(network, layer);
  const gradient = tf.grad((x) => {
    const map = output(x as Tensor4D);
    return map.slice([0, 0, 0, filter], [-1, -1, -1, 1]).mean();
  });
  const image = tf.tidy(() => {
    let x: Tensor = tf.randomUniform([1, 28, 28, 1], 0, 1).mul(0.08).add(0.5);
    for (let step = 0; step < steps; step++) {
      const next = tf.tidy(() => {
        const g = gradient(x);
        return x.add(g.div(g.square().mean().sqrt().add(1e-5)));
      });
      x.dispose();
      x = next;
    }
    return x;
  });
  image.dataSync();
  image.dispose();
}
