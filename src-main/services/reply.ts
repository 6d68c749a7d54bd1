// One reply for every call: what is asked is checked against its schema, and an error is a reply too.
import type { z } from 'zod';
import { calls, type CallName, type Calls } from '../contract/calls';
import { explain, UserError } from '../contract/errors';
import type { Reply } from '../contract/wire';
import type { Answer, Answers } from './answers';

const isCall = (name: string): name is CallName => Object.hasOwn(calls, name);

async function answer<N extends CallName>(answers: Answers, name: N, input: unknown): Promise<Reply<N>> {
  const parsed = calls[name].input.safeParse(input ?? undefined);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `${name} was asked with a wrong ${issue?.path.join('.') || 'input'}: ${issue?.message ?? ''}.`,
      'Reload the window; if it happens again, report it.',
    );
  }
  const work: Answer<N> = answers[name];
  return { ok: true, value: await work(parsed.data as z.output<Calls[N]['input']>) };
}

/** Never rejects. What nobody foresaw is written to the log. */
export async function replyTo(
  answers: Answers,
  name: string,
  input: unknown,
  log: (line: string) => void,
): Promise<Reply> {
  try {
    if (!isCall(name)) throw new UserError(`There is no call "${name}".`, 'Reload the window.');
    return await answer(answers, name, input);
  } catch (error) {
    if (error instanceof UserError) {
      return { ok: false, error: { message: error.message, remedy: error.remedy } };
    }
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return {
      ok: false,
      error: { message: explain(error), remedy: 'Try again; the log has the details.' },
    };
  }
}
