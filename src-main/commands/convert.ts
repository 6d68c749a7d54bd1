// filterscope convert: a model as a TensorFlow.js LayersModel folder.
import { convertModel, type Reading } from '../network/formats/convert';
import type { Precision } from '../network/formats/tfjs-layers';
import { writeFolder } from '../store/folder';
import type { Console } from './console';
import { mustNotExist } from './options';

/** Difference of outputs, relative to the greatest, that rounding explains: of float32, and of weights kept as halves. */
const ROUNDING: Readonly<Record<Precision, number>> = { float32: 1e-4, float16: 2e-2 };

/** What TensorFlow.js makes of it, in a sentence. */
function judgement({ difference, reason }: Reading, precision: Precision): string {
  if (difference === null) {
    return `TensorFlow.js itself cannot run it (${reason ?? ''}); Filterscope reads it as it was.`;
  }
  if (difference <= ROUNDING[precision]) {
    return `TensorFlow.js reads it and computes the same but for rounding (greatest difference ${difference.toExponential(1)} of the greatest output).`;
  }
  return `Warning: TensorFlow.js reads it but computes something else (difference ${difference.toExponential(1)} of the greatest output), since it takes a layer's settings otherwise; Filterscope reads it as it was.`;
}

/** The command. */
export async function convertFile(
  path: string,
  folder: string,
  precision: Precision,
  out: Console,
  signal: AbortSignal,
): Promise<void> {
  mustNotExist(folder);
  const { name, parameters, json, bin, reading } = await convertModel(path, { precision, signal });
  signal.throwIfAborted();
  await writeFolder(
    folder,
    new Map<string, Uint8Array>([
      ['model.json', Buffer.from(json)],
      ['weights.bin', bin],
    ]),
  );
  out.say(
    `${folder}: ${name}, ${parameters} parameters, ${(bin.length / 1e6).toFixed(1)} MB of ${precision} weights`,
  );
  out.say(judgement(reading, precision));
  out.result({ folder, name, parameters, precision, bytes: bin.length, tensorflowJs: reading });
}
