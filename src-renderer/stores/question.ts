// The answers to the four questions for the open model: those that are known already, or asked for and kept while the app runs.
import { defineStore } from 'pinia';
import { computed, shallowReactive } from 'vue';
import type { QuestionAnswer } from '../../src-main/contract/calls';
import { call } from '../bridge';
import { download } from '../downloads';
import { Cancelled, useAsks } from './asks';
import { useModel } from './model';
import { useNotices } from './notices';

type Asked = { readonly asking: string } | { readonly answer: QuestionAnswer } | { readonly error: unknown };

export const useQuestion = defineStore('question', () => {
  const model = useModel();
  const notices = useNotices();
  const asks = useAsks();
  const byModel = shallowReactive(new Map<string, Asked>());

  /** What is known for the open model; null before it was asked. */
  const asked = computed<Asked | null>(() =>
    model.model === null ? null : (byModel.get(model.model.id) ?? null),
  );
  const answer = computed(() =>
    asked.value !== null && 'answer' in asked.value ? asked.value.answer : null,
  );
  /** The key in stores/asks of the asking; null while nothing is asked. */
  const asking = computed(() =>
    asked.value !== null && 'asking' in asked.value ? asked.value.asking : null,
  );
  const error = computed(() => (asked.value !== null && 'error' in asked.value ? asked.value.error : null));

  /** Takes the answer that is there without working, if any. */
  async function learn(): Promise<void> {
    const id = model.model?.id;
    if (id === undefined || byModel.has(id)) return;
    const known = await call('question.known', { model: id }).catch(() => null);
    if (known !== null && !byModel.has(id)) byModel.set(id, { answer: known });
  }

  async function ask(): Promise<void> {
    const id = model.model?.id;
    if (id === undefined || asking.value !== null) return;
    const key = `answer ${id}`;
    const before = byModel.get(id);
    byModel.set(id, { asking: key });
    try {
      const answer = await asks.make(key, (name) => call('question.answer', { model: id, ask: name }));
      byModel.set(id, { answer });
    } catch (problem) {
      if (!(problem instanceof Cancelled)) byModel.set(id, { error: problem });
      else {
        // what was known before is known still
        if (before !== undefined && 'answer' in before) byModel.set(id, before);
        else byModel.delete(id);
        notices.tell('Cancelled. The question can be asked again.');
      }
    }
  }

  /** Downloads the answers with all their evidence as one page. */
  async function report(): Promise<void> {
    const id = model.model?.id;
    if (id === undefined) return;
    const made = await notices.attempt(() => call('question.report', { model: id }));
    if (made === undefined) return;
    download(made.url, made.name);
    notices.tell(`Saved ${made.name}.`);
  }

  return { answer, asking, error, learn, ask, report };
});
