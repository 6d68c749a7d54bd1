// The jobs about real data: what excites a layer's units, the windows themselves, kernels as pictures.
import { UserError } from '../contract/errors';
import type { Pictures } from '../engine-link';
import { extremeWindows } from '../evidence/real-scores';
import { cut } from '../evidence/scan';
import { unitEvidence as judge } from '../evidence/unit';
import { nodeOf, type Network, type Node } from '../network/network';
import { watching, type Handler } from './job';
import { withNetwork } from './networks';
import { withDataFor, withDataset, withLayerData } from './real';
import { knownScan, withScan } from './scans';

/** Windows shown of each unit. */
const COUNT = 9;

/** A convolution's kernel is a picture where it has more than one weight per channel. */
function kernelSize({ operation }: Node): { height: number; width: number } | null {
  if (operation.op !== 'conv2d' && operation.op !== 'depthwiseConv2d') return null;
  const [height, width] = operation.kernel.shape;
  return height * width > 1 ? { height, width } : null;
}

function mustHave(network: Network, layer: string, unit: number): Node {
  const node = nodeOf(network, layer);
  if (unit >= node.shape[2]) {
    throw new UserError(`${layer} has no unit ${unit}.`, `Choose units from 0 to ${node.shape[2] - 1}.`);
  }
  return node;
}

const padded = (found: readonly { readonly score: number }[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => found[i]?.score ?? NaN);

/** Of all training images once they were looked through, else of a sample. */
export const layerEvidence: Handler<'layerEvidence'> = ({ model, layer, dataset }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, async ({ sample, scores }) => {
      const scan = await knownScan(dataset, network, layer);
      const best =
        scan?.best ??
        Array.from({ length: scores.units }, (_, unit) => extremeWindows(scores, sample, unit, COUNT));
      const count = best.reduce((most, found) => Math.max(most, found.length), 0);
      return {
        looked: scan?.looked ?? scores.count,
        images: scan?.images ?? new Set(sample.images).size,
        all: scan !== null,
        best: Float32Array.from(best.flatMap((found) => padded(found, count))),
        count,
        window: { height: sample.height, width: sample.width, channels: network.input[2] },
        kernel: kernelSize(nodeOf(network, layer)),
      };
    }),
  );

export const unitEvidence: Handler<'unitEvidence'> = ({ model, layer, unit, dataset }, context) =>
  withNetwork(model, (network) => {
    mustHave(network, layer, unit);
    return withLayerData(dataset, network, layer, ({ scores }) =>
      withScan(dataset, network, layer, watching(context), (found) =>
        withDataFor(dataset, network, (data) => judge(network, layer, unit, found, scores, data)),
      ),
    );
  });

export const windows: Handler<'windows'> = ({ model, layer, unit, dataset, worst }, { signal }) =>
  withNetwork(model, (network) => {
    mustHave(network, layer, unit);
    return withScan(dataset, network, layer, { signal }, (scan) =>
      withDataFor(dataset, network, (data): Pictures => {
        const found = (worst ? scan.worst : scan.best)[unit] ?? [];
        const { height, width } = scan;
        return {
          height,
          width,
          channels: data.channels,
          count: found.length,
          values: cut(scan, found, data),
        };
      }),
    );
  });

export const kernel: Handler<'kernel'> = ({ model, layer, unit, channel }) =>
  withNetwork(model, (network): Pictures => {
    const node = mustHave(network, layer, unit);
    const { operation } = node;
    const size = kernelSize(node);
    if (size === null || (operation.op !== 'conv2d' && operation.op !== 'depthwiseConv2d')) {
      throw new UserError(`The kernels of ${layer} are no pictures.`, 'Choose a convolution.');
    }
    const [, , channels, last] = operation.kernel.shape;
    // a depthwise unit sees one channel alone
    const [from, to] = operation.op === 'conv2d' ? [channel, unit] : [Math.floor(unit / last), unit % last];
    if (from >= channels) {
      throw new UserError(
        `${layer} has no input channel ${channel}.`,
        `Choose channels from 0 to ${channels - 1}.`,
      );
    }
    const all = operation.kernel.dataSync<'float32'>();
    const values = Float32Array.from(
      { length: size.height * size.width },
      (_, i) => all[(i * channels + from) * last + to] ?? 0,
    );
    return { ...size, channels: 1, count: 1, values };
  });

export const testImage: Handler<'testImage'> = ({ dataset, target, index }) =>
  withDataset(dataset, target, ({ test, height, width, channels, name }) => {
    if (index >= test.count) {
      throw new UserError(
        `${name} has no test image ${index}.`,
        `Choose images from 0 to ${test.count - 1}.`,
      );
    }
    const size = height * width * channels;
    const image = test.images.slice(index * size, (index + 1) * size);
    return { image, label: test.labels?.[index] ?? null, height, width, channels };
  });
