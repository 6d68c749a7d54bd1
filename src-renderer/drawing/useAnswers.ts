// The open model's answer to the drawing, asked for at every change: one question at a time, the newest next.
import { shallowRef, watch, type Ref } from 'vue';
import type { Response } from '../../src-main/contract/calls';
import type { ModelInfo } from '../../src-main/contract/model';
import { call } from '../bridge';
import { useApp } from '../stores/app';
import { useModel } from '../stores/model';
import type { Bitmap } from './bitmap';
import { latest } from './latest';
import { useRoundTrips } from './round-trips';

interface Question {
  readonly model: ModelInfo;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** The drawing as the model takes it: the same grey in every channel. */
function asked({ model, pixels }: Question): Uint8Array<ArrayBuffer> {
  const { channels } = model.input;
  return channels === 1
    ? pixels
    : Uint8Array.from({ length: pixels.length * channels }, (_, i) => pixels[Math.floor(i / channels)] ?? 0);
}

/** `response` and `problem` are of the open model, null before; `milliseconds` is the median of its newest answers. */
export function useAnswers(bitmap: Readonly<Ref<Bitmap>>) {
  const app = useApp();
  const models = useModel();
  const response = shallowRef<Response | null>(null);
  const problem = shallowRef<unknown>(null);
  const trips = useRoundTrips();

  let sentAt = 0;
  const isOpen = ({ model }: Question): boolean => model.id === models.model?.id;
  const ask = latest(
    (question: Question) => {
      sentAt = performance.now();
      return call('draw.respond', { model: question.model.id, image: asked(question) });
    },
    (answer, question) => {
      if (!isOpen(question)) return;
      trips.add(performance.now() - sentAt);
      response.value = answer;
      problem.value = null;
    },
    (error) => {
      problem.value = error;
    },
  );
  function request(): void {
    if (models.model !== null) ask({ model: models.model, pixels: bitmap.value.pixels });
  }
  watch(
    () => models.model?.id,
    () => {
      response.value = null;
      problem.value = null;
      request();
    },
    { immediate: true },
  );
  watch(bitmap, request);
  watch(
    () => app.engine.state,
    (state) => {
      if (state === 'ready' && problem.value !== null) request();
    },
  );
  return { response, problem, milliseconds: trips.shown, request };
}
