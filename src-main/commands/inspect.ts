// filterscope inspect: what a model file holds, layer by layer, and what of it is not supported.
import { openModel } from '../network/formats/open';
import { unitLayers, type Network } from '../network/network';
import { receptiveField } from '../network/receptive-field';
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
function row(network: Network, name: string, operation: string, [height, width, units]: readonly number[]) {
  const field = receptiveField(network, name);
  return {
    ...{ name, operation, units, height, width },
    receptiveField:
      field === null
        ? null
        : { height: field.rows.size, width: field.columns.size, stride: field.rows.stride },
  };
}

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
    const { name, input, parameters, scaling, unsupported, warnings, sha256 } = network;
    const layers = unitLayers(network).map((node) => row(network, node.name, node.operation.op, node.shape));
    out.say(
      `${name}: images of ${input.join('×')}, ${parameters} parameters, ${network.nodes.length} operations, opened in ${seconds.toFixed(2)} s`,
    );
    out.say(
      `Input range ${scaling.name}, ${scaling.source}${scaling.source === 'assumed' ? '; state it with --range if it is another' : ''}`,
    );
    const width = Math.max(...layers.map((layer) => layer.name.length));
    for (const { name: layer, operation, units, height, width: columns, receptiveField: field } of layers) {
      const sees =
        field === null ? 'the whole image' : `${field.height}×${field.width} at stride ${field.stride}`;
      out.say(
        `  ${layer.padEnd(width)}  ${operation.padEnd(15)} ${String(units).padStart(5)} units  ${String(height)}×${String(columns)}  sees ${sees}`,
      );
    }
    out.result({ name, sha256, input, parameters, scaling, layers, unsupported, warnings, seconds });
  } finally {
    network.dispose();
  }
}
