// filterscope answer: the question's four questions answered for one model, as one HTML file.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { QuestionAnswer } from '../contract/answer';
import { UserError } from '../contract/errors';
import { packWire } from '../contract/wire';
import type { Dataset } from '../datasets/dataset';
import { targetFor } from '../datasets/own/source';
import type { Target } from '../datasets/target';
import { answer } from '../evidence/answer';
import { openModel } from '../network/formats/open';
import { reportHtml } from '../report/html';
import { shippedOthers } from '../resources';
import { knownModel } from '../training/known-model';
import type { Console } from './console';

export interface AnswerFlags {
  /** Folders of networks trained independently on the same task; null for those that ship with the app. */
  readonly others: readonly string[] | null;
  readonly units: number;
  readonly seed: number;
  /** File for the answer as data, beside the report; null for none. */
  readonly asData: string | null;
}

/** Writes the report; with --json prints the answer too, pictures left out. */
export async function answerQuestion(
  model: string,
  data: { readonly read: (target: Target | null) => Promise<Dataset>; readonly isOwn: boolean },
  file: string,
  { others, units, seed, asData }: AnswerFlags,
  out: Console,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(file))
    throw new UserError(`${file} exists already.`, 'Choose another name, or remove that file first.');
  if (!existsSync(dirname(file)))
    throw new UserError(`There is no folder ${dirname(file)}.`, 'Make it first.');
  const dataset = await data.read(data.isOwn ? await targetOf(model) : null);
  const { dispose, ...options } = await knownModel(model, dataset, others ?? (await shippedOthers()));
  const bar = out.progress('Answering', 1000);
  let doing = '';
  try {
    const found = await answer(
      { ...options, seed, most: units },
      {
        signal,
        doing: (what) => (doing = what),
        progress: (share) => {
          bar.update(Math.round(share * 1000), doing);
        },
      },
    );
    bar.stop();
    await writeFileAtomic(file, reportHtml(found));
    if (asData !== null) await writeFileAtomic(asData, Buffer.from(packWire(found)));
    for (const { question, verdict, sentence, numbers } of found.questions) {
      out.say(question);
      out.say(`  ${verdict}: ${sentence}`);
      out.say(`  ${numbers.map(({ text, label }) => `${text} ${label}`).join('; ')}`);
    }
    out.say(`Saved in ${file}, after ${found.seconds.toFixed(0)} s`);
    out.result(withoutPictures(found));
  } finally {
    bar.stop();
    dispose();
  }
}

/** The size of pictures that a model takes. */
async function targetOf(model: string): Promise<Target> {
  const network = await openModel(model);
  const { input } = network;
  network.dispose();
  return targetFor(input);
}

/** The answer for machines: every number and word, no bytes of pictures. */
export const withoutPictures = (found: QuestionAnswer): unknown =>
  JSON.parse(JSON.stringify(found, (key, value: unknown) => (key === 'png' ? undefined : value))) as unknown;
