// filterscope answer: the question's four questions answered for one model, as one HTML file.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { cardSchema, type Card } from '../contract/card';
import type { QuestionAnswer } from '../contract/answer';
import { UserError } from '../contract/errors';
import type { Dataset } from '../datasets/dataset';
import { answer } from '../evidence/answer';
import type { AnswerOptions } from '../evidence/gather';
import { openModel } from '../network/formats/open';
import type { Network } from '../network/network';
import { reportHtml } from '../report/html';
import { shippedOthers } from '../resources';
import { initialNetwork } from '../training/initial';
import type { Console } from './console';

export interface AnswerFlags {
  /** Folders of networks trained independently on the same task; null for those that ship with the app. */
  readonly others: readonly string[] | null;
  readonly units: number;
  readonly seed: number;
}

/** The card beside a model, where it has a sound one. */
export async function cardOf(model: string): Promise<Card | null> {
  const text = await readFile(join(model, 'card.json'), 'utf8').catch(() => null);
  return text === null ? null : (cardSchema.safeParse(JSON.parse(text)).data ?? null);
}

/** Layers of the same names and shapes, so that one can have come from the other. */
const alike = (a: Network, b: Network): boolean =>
  a.parameters === b.parameters &&
  a.nodes.every(
    ({ name, shape }, i) => b.nodes[i]?.name === name && b.nodes[i].shape.join() === shape.join(),
  );

/** Everything that the answer can know of a model in a folder: its start, its snapshots, its independent kin. */
export async function known(
  model: string,
  dataset: Dataset,
  others: readonly string[],
): Promise<Omit<AnswerOptions, 'seed' | 'most'> & { dispose: () => void }> {
  const network = await openModel(model);
  const open: Network[] = [network];
  const card = await cardOf(model);
  let start: Network | null = null;
  // the seed alone makes the start again, if the card is of this very model
  if (card !== null) {
    const made = await initialNetwork(card, dataset);
    open.push(made);
    if (alike(network, made)) start = made;
  }
  const folder = join(model, 'snapshots');
  const steps = existsSync(folder)
    ? (await readdir(folder))
        .map(Number)
        .filter(Number.isInteger)
        .sort((a, b) => a - b)
    : [];
  const snapshots = [];
  for (const step of steps) {
    const snapshot = await openModel(join(folder, String(step)));
    open.push(snapshot);
    snapshots.push({ step, network: snapshot });
  }
  const kin: Network[] = [];
  for (const path of others) {
    const other = await openModel(path);
    open.push(other);
    const ownCard = await cardOf(path);
    const sameTask =
      card !== null && ownCard?.dataset.name === dataset.name && other.input.join() === network.input.join();
    if (sameTask || card === null) kin.push(other);
  }
  return {
    ...{ network, dataset, start, snapshots, others: kin, steps: card?.steps ?? null },
    testAccuracy: card !== null && card.dataset.name === dataset.name ? (card.test?.accuracy ?? null) : null,
    dispose: () => {
      for (const one of open) one.dispose();
    },
  };
}

/** Writes the report; with --json prints the answer too, pictures left out. */
export async function answerQuestion(
  model: string,
  dataset: Dataset,
  file: string,
  { others, units, seed }: AnswerFlags,
  out: Console,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(file))
    throw new UserError(`${file} exists already.`, 'Choose another name, or remove that file first.');
  if (!existsSync(dirname(file)))
    throw new UserError(`There is no folder ${dirname(file)}.`, 'Make it first.');
  const { dispose, ...options } = await known(model, dataset, others ?? (await shippedOthers()));
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

/** The answer for machines: every number and word, no bytes of pictures. */
export const withoutPictures = (found: QuestionAnswer): unknown =>
  JSON.parse(JSON.stringify(found, (key, value: unknown) => (key === 'png' ? undefined : value))) as unknown;
