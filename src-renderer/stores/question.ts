// The answers to the four questions for the open model: those that are known already, or asked for and kept while the app runs.
import { defineStore } from 'pinia';
import { computed, shallowReactive } from 'vue';
import type { QuestionAnswer } from '../../src-main/contract/calls';
import { call } from '../bridge';
import { download } from '../downloads';
import { useModel } from './model';
import { useNotices } from './notices';

type Asked = { readonly since: number } | { readonly answer: QuestionAnswer } | { readonly error: unknown };

export const useQuestion = defineStore('question', () => {
  const model = useModel();
  const notices = useNotices();
  const byModel = shallowReactive(new Map<string, Asked>());

  /** What is known for the open model; null before it was asked. */
  const asked = computed<Asked | null>(() =>
    model.model === null ? null : (byModel.get(model.model.id) ?? null),
  );
  const answer = computed(() =>
    asked.value !== null && 'answer' in asked.value ? asked.value.answer : null,
  );
  /** When the asking began, in ms of performance.now; null while nothing is asked. */
  const since = computed(() => (asked.value !== null && 'since' in asked.value ? asked.value.since : null));
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
    if (id === undefined || since.value !== null) return;
    byModel.set(id, { since: performance.now() });
    try {
      byModel.set(id, { answer: await call('question.answer', { model: id }) });
    } catch (problem) {
      byModel.set(id, { error: problem });
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

  return { answer, since, error, learn, ask, report };
});
