// filterscope question: the question's own method with its sheet, its pictures and its curves.
import { meanLikeness } from '../ascent/likeness';
import type { Network } from '../network/network';
import { show, showAll } from '../pictures/display';
import { montage, png } from '../pictures/sheet';
import { questionSheet, runQuestion, type QuestionOptions, type QuestionPicture } from '../question/question';
import { writeFolder } from '../store/folder';
import type { Console } from './console';
import { mustNotExist } from './options';

export type QuestionFlags = Omit<QuestionOptions, 'network' | 'frames'>;

export interface QuestionSummary {
  readonly layer: string;
  readonly method: 'question';
  readonly drawn: number;
  readonly kept: number;
  /** Places of the sheet that are filled. */
  readonly filled: number;
  readonly likeness: number;
  readonly seconds: number;
}

/** Runs it and writes TF_vis_nxn.png, all.png (every picture, each stretched to its own range) and curves.csv. */
export async function askQuestion(
  network: Network,
  folder: string,
  flags: QuestionFlags,
  out: Console,
  signal: AbortSignal,
): Promise<QuestionSummary> {
  mustNotExist(folder);
  const began = performance.now();
  const options: QuestionOptions = { network, ...flags };
  const pictures: QuestionPicture[] = [];
  for await (const picture of runQuestion(options, signal)) pictures.push(picture);
  const sheet = questionSheet(pictures, options);
  const [height, width] = network.input;
  const all = Float32Array.from(pictures.flatMap(({ raw }) => [...raw]));
  const curves = pictures.map(({ filter, curve }) => [filter, ...curve].join(','));
  await writeFolder(
    folder,
    new Map<string, Uint8Array>([
      [`TF_vis_${flags.n}x${flags.n}.png`, png(show(sheet.values, { ...sheet, channels: 1 }, 'contrast'))],
      [
        'all.png',
        png(montage(showAll(all, { height, width, channels: 1 }, 'contrast'), { columns: 8, zoom: 2 })),
      ],
      ['curves.csv', Buffer.from(`${curves.join('\n')}\n`)],
    ]),
  );
  const summary: QuestionSummary = {
    layer: flags.layer,
    method: 'question',
    drawn: pictures.length,
    kept: pictures.filter(({ kept }) => kept).length,
    filled: sheet.filled,
    likeness: meanLikeness(all, pictures.length),
    seconds: (performance.now() - began) / 1000,
  };
  const short = sheet.filled < flags.n ** 2 ? " (the question's code stops here with an IndexError)" : '';
  out.say(
    `${flags.layer.padEnd(8)} question  ${pictures.length} pictures, ${summary.kept} kept, ${sheet.filled} on the sheet${short}; ` +
      `likeness of pictures ${summary.likeness.toFixed(2)}; ${summary.seconds.toFixed(2)} s`,
  );
  return summary;
}
