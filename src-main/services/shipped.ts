// What is known of the shipped model before it is opened: its facts, written by `npm run shipped-runs`, and its answer, by
// `npm run answer:shipped`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { questionAnswerSchema, type QuestionAnswer } from '../contract/answer';
import { modelInfoSchema, type ModelInfo } from '../contract/model';
import { unpackWire } from '../contract/wire';
import { resourceFolder } from '../resources';

/** Beside the folder `runs`, which holds its finished runs as they are kept on disk. */
export const SHIPPED_INFO = join(resourceFolder(), 'model-info.json');

/** Facts of the shipped model; null in a checkout where they were not made yet. */
export async function readShipped(): Promise<ModelInfo | null> {
  const text = await readFile(SHIPPED_INFO, 'utf8').catch(() => null);
  return text === null ? null : modelInfoSchema.parse(JSON.parse(text));
}

/** The question answered for the shipped model; null where that was not done, or was done for another model. */
export async function readShippedAnswer({ sha256, name }: ModelInfo): Promise<QuestionAnswer | null> {
  const bytes = await readFile(join(resourceFolder(), 'answer.msgpack')).catch(() => null);
  if (bytes === null) return null;
  const answer = questionAnswerSchema.safeParse(unpackWire(bytes)).data;
  return answer?.model.sha256 === sha256 ? { ...answer, model: { ...answer.model, name } } : null;
}
