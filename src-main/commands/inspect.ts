// filterscope inspect: what a model file holds, layer by layer, and what of it is not supported.
import { openModel } from '../network/formats/open';
import { unitLayers, type Network, type Node } from '../network/network';
import { centreOf, receptiveField } from '../network/receptive-field';
import { kindOf } from '../network/units';
import type { Console } from './console';

/** What a user may say of a model that a command opens. */
export interface OpenFlags {
  /** Range of its input, by name. */
  readonly range?: string | undefined;
  /** Side of the image for a model that takes any. */
  readonly size?: number | undefined;
}

/** Opens a model with progress, and says what is odd in it. */
export async function openForCommand(
  path: string,
  { range, size }: OpenFlags,
  out: Console,
  signal: AbortSignal,
): Promise<Network> {
  const bar = out.progress('Opening', 100);
  let network: Network;
  try {
    network = await openModel(path, {
      signal,
      ...(range === undefined ? {} : { scaling: range }),
      ...(size === undefined ? {} : { inputSize: size }),
      progress: (share) => {
        bar.update(Math.round(share * 100));
      },
    });
  } finally {
    bar.stop();
  }
  for (const warning of network.warnings) out.say(`Warning: ${warning}`);
  for (const { name, kind, after, reason } of network.unsupported) {
    const why = reason === null ? '' : ` (${reason})`;
    out.say(
      `Not supported: "${name}", a ${kind} after ${after.join(', ') || 'the input'}${why}; what follows it is left out.`,
    );
  }
  return network;
}

/** One layer with units, as inspect lists it. */
function row(network: Network, node: Node) {
  const { name, operation, shape } = node;
  const [height, width, units] = shape;
  const field = receptiveField(network, name);
  return {
    ...{ name, kind: kindOf(network, node), operation: operation.op, units, height, width },
    receptiveField:
      field === null
        ? null
        : {
            ...{ height: field.rows.size, width: field.columns.size },
            stride: [field.rows.stride, field.columns.stride] as const,
            centre: [centreOf(field.rows), centreOf(field.columns)] as const,
          },
  };
}

const pair = (sides: readonly [number, number]): string =>
  [...new Set(sides.map((side) => Number(side.toFixed(2))))].join('×');

/** The command. */
export async function inspectModel(
  path: string,
  flags: OpenFlags,
  out: Console,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  const network = await openForCommand(path, flags, out, signal);
  try {
    const seconds = (performance.now() - began) / 1000;
    const { name, input, anySize, parameters, scaling, unsupported, warnings, sha256 } = network;
    const layers = unitLayers(network).map((node) => row(network, node));
    out.say(
      `${name}: images of ${input.join('×')}${anySize ? ' (it takes any size: --size)' : ''}, ${parameters} parameters, ${network.nodes.length} operations, opened in ${seconds.toFixed(2)} s`,
    );
    out.say(
      `Input range ${scaling.name}, ${scaling.source}${scaling.source === 'assumed' ? '; state it with --range if it is another' : ''}`,
    );
    const kinds = new Map<string, number>();
    for (const { kind } of layers) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    out.say(`Layers with units: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
    const width = Math.max(...layers.map((layer) => layer.name.length));
    for (const { name: layer, kind, units, height, width: columns, receptiveField: field } of layers) {
      const sees =
        field === null
          ? 'the whole image'
          : `${field.height}×${field.width} at stride ${pair(field.stride)}, the first about ${pair(field.centre)}`;
      out.say(
        `  ${layer.padEnd(width)}  ${kind.padEnd(10)} ${String(units).padStart(5)} units  ${String(height)}×${String(columns)}  sees ${sees}`,
      );
    }
    out.result({ name, sha256, input, anySize, parameters, scaling, layers, unsupported, warnings, seconds });
  } finally {
    network.dispose();
  }
}
