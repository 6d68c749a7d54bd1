// The open model: its layers, the layer and unit that are looked at, and what real data say of them.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive, shallowRef } from 'vue';
import type { LayerEvidence, Recent, UnitEvidence } from '../../src-main/contract/calls';
import type { EventData } from '../../src-main/contract/events';
import type { LayerInfo, ModelInfo } from '../../src-main/contract/model';
import { call } from '../bridge';
import { useSettled } from '../composables/useSettled';
import { wordsOf } from '../error-words';
import { download } from '../downloads';
import { sharedPath } from '../layer-names';
import { useApp } from './app';
import { useAsks } from './asks';
import { useNotices } from './notices';

export const useModel = defineStore('model', () => {
  const notices = useNotices();
  const asks = useAsks();
  const model = shallowRef<ModelInfo | null>(null);
  const recents = shallowRef<readonly Recent[]>([]);
  /** Why the last file was not opened; shown until it is dismissed or another opens. */
  const refused = shallowRef<{ message: string; remedy: string } | null>(null);
  const opening = ref(false);
  /** What is being opened, by whomever; null for nothing. */
  const openingName = shallowRef<string | null>(null);
  /** How often the user gave up waiting. */
  let givenUp = 0;
  const layerName = ref('');
  /** Files, by sha256, of which it was said what is to be known of them. */
  const told = new Set<string>();
  /** The unit in the inspector, by layer. */
  const chosen = shallowReactive(new Map<string, number>());

  const layer = computed<LayerInfo | null>(
    () => model.value?.layers.find(({ name }) => name === layerName.value) ?? null,
  );
  const unit = computed(() => chosen.get(layerName.value) ?? 0);
  /** The key in stores/asks of a unit's evidence. */
  const unitKey = (name: string, index: number): string => `unit ${model.value?.id ?? ''} ${name} ${index}`;
  /** The unit at hand as long as the choice stands still: what is slow to find out is asked for it alone. */
  const resting = useSettled(() => unitKey(layerName.value, unit.value), 250);
  const isResting = computed(() => resting.value === unitKey(layerName.value, unit.value));

  /** A model that the user opened: what has to be asked or said of it is shown, once a session for each file. */
  function opened(info: ModelInfo): void {
    const isOther = info.id !== model.value?.id;
    take(info);
    const isWhole = info.unsupported.length === 0 && info.warnings.length === 0;
    if (!isOther || (isWhole && info.scaling.source !== 'assumed') || told.has(info.sha256)) return;
    told.add(info.sha256);
    notices.dialog = 'about-model';
  }

  /** Takes in a model that the main side has open. The second convolution is shown first: it is the more telling. */
  function take(info: ModelInfo): void {
    const isOther = info.id !== model.value?.id;
    model.value = info;
    refused.value = null;
    if (!isOther && layer.value !== null) return;
    chosen.clear();
    layerEvidence.clear();
    unitEvidence.clear();
    const convs = info.layers.filter(({ kind }) => kind !== 'dense');
    layerName.value = (convs[1] ?? convs[0] ?? info.layers[0])?.name ?? '';
  }

  function chooseLayer(name: string): void {
    if (model.value?.layers.some((each) => each.name === name) === true) layerName.value = name;
  }

  /** The layer `by` places further on, as far as there are layers. */
  function stepLayer(by: number): void {
    const layers = model.value?.layers ?? [];
    const to = layers[layers.findIndex(({ name }) => name === layerName.value) + by];
    if (to !== undefined) layerName.value = to.name;
  }

  function chooseUnit(to: number): void {
    if (layer.value !== null && to >= 0 && to < layer.value.units) chosen.set(layerName.value, to);
  }

  /** What all names of layers begin with is left out where there is little room. */
  const shared = computed(() => sharedPath(model.value?.layers.map(({ name }) => name) ?? []));
  const shortName = (of: LayerInfo): string => of.name.slice(shared.value.length);
  /** What a unit is called: its class for an output's unit, else its number. */
  function unitName(of: LayerInfo, index: number): string {
    return of.isOutput ? (model.value?.classes[index] ?? index.toString()) : index.toString();
  }

  async function open(how: () => Promise<ModelInfo | null>): Promise<void> {
    const before = givenUp;
    opening.value = true;
    refused.value = null;
    try {
      const info = await how();
      if (info !== null) opened(info);
      recents.value = await call('models.recents');
    } catch (error) {
      if (before === givenUp) refuse(error);
    } finally {
      [opening.value, openingName.value] = [false, null];
    }
  }

  /** Stops waiting for what is being opened; the model before stays. */
  function cancelOpening(): void {
    givenUp++;
    openingName.value = null;
    void call('models.cancelOpening');
  }

  function refuse(error: unknown): void {
    refused.value = wordsOf(error);
  }

  /** Shows the system's dialog where there is one, else the browser's own. */
  async function openDialog(): Promise<void> {
    if (useApp().host === 'electron') {
      await open(() => call('models.openDialog'));
      return;
    }
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.hidden = true;
    input.addEventListener('change', () => {
      input.remove();
      void openFiles([...(input.files ?? [])]);
    });
    input.addEventListener('cancel', () => {
      input.remove();
    });
    document.body.append(input);
    input.click();
  }

  /** Opens the files of one model: a single file, or model.json with its weights; folder: what they lay in, if they did. */
  async function openFiles(files: readonly File[], folder: string | null = null): Promise<void> {
    const [first] = files;
    if (first === undefined) {
      if (folder !== null)
        refused.value = {
          message: `The folder ${folder} is empty.`,
          remedy: 'Drop a model’s file, or the folder that holds it.',
        };
      return;
    }
    const before = givenUp;
    openingName.value = folder ?? first.name;
    await open(async () => {
      const given = await Promise.all(
        files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
      );
      return before !== givenUp ? null : call('models.openFiles', { files: given, folder });
    });
  }

  const openRecent = (id: string): Promise<void> => open(() => call('models.openRecent', { id }));
  const openShipped = (): Promise<void> => open(() => call('models.openShipped'));

  /** Says of the open model what its file does not; it is then opened anew. False when that failed. */
  async function said(saying: (model: string) => Promise<ModelInfo>): Promise<boolean> {
    const info = model.value;
    if (info === null) return false;
    const found = await notices.attempt(() => saying(info.id));
    if (found === undefined) return false;
    opened(found);
    return true;
  }
  const setScaling = (scaling: string): Promise<boolean> =>
    said((id) => call('models.setScaling', { model: id, scaling }));
  /** The side of its images, for a model that takes any. */
  const setSize = (side: number): Promise<boolean> =>
    said((id) => call('models.setSize', { model: id, side }));

  async function keep(how: 'models.save' | 'models.rename', name: string): Promise<boolean> {
    const info = model.value;
    if (info === null) return false;
    const kept = await notices.attempt(() => call(how, { model: info.id, name }));
    if (kept === undefined) return false;
    model.value = kept;
    notices.tell(how === 'models.save' ? `Saved ${kept.name} in your models.` : `Renamed to ${kept.name}.`);
    recents.value = await call('models.recents');
    return true;
  }

  /** Downloads the model's folder as a zip. */
  async function exportModel(): Promise<void> {
    const info = model.value;
    if (info === null) return;
    const made = await notices.attempt(() => call('models.export', { model: info.id }));
    if (made !== undefined) download(made.url, made.name);
  }

  const layerEvidence = shallowReactive(new Map<string, LayerEvidence | 'loading' | Error>());
  const unitEvidence = shallowReactive(new Map<string, UnitEvidence | 'loading' | Error>());

  /** What real data say of a layer; asked for once, 'loading' until it is there. */
  function evidenceOfLayer(name: string): LayerEvidence | 'loading' | Error {
    const info = model.value;
    const known = layerEvidence.get(name);
    if (known !== undefined || info === null) return known ?? 'loading';
    void settle(layerEvidence, name, info.id, () => call('evidence.layer', { model: info.id, layer: name }));
    return 'loading';
  }

  /** Asks once more for what is known of a layer by now; what was known is shown until then. */
  async function looked({ model: of, layer: name }: EventData<'layer.looked'>): Promise<void> {
    const known = layerEvidence.get(name);
    if (of !== model.value?.id || known === undefined || known === 'loading') return;
    const found = await call('evidence.layer', { model: of, layer: name }).catch(() => null);
    if (found !== null && of === model.value.id) layerEvidence.set(name, found);
  }

  /** The same of the unit at hand: what is known at once, else asked for when the choice has come to rest. */
  function restingEvidence(): UnitEvidence | 'loading' | Error {
    const [info, name, index] = [model.value, layerName.value, unit.value];
    const key = `${name}/${index}`;
    const known = unitEvidence.get(key);
    if (known !== undefined || info === null || !isResting.value) return known ?? 'loading';
    void settle(unitEvidence, key, info.id, () =>
      asks.make(
        unitKey(name, index),
        (ask) => call('evidence.unit', { model: info.id, layer: name, unit: index, ask }),
        // all units of a layer wait for the same look through the images
        `units of ${info.id} ${name}`,
      ),
    );
    return 'loading';
  }

  /** Asks for a unit's evidence once more. */
  function askAgain(name: string, index: number): void {
    unitEvidence.delete(`${name}/${index}`);
  }

  async function settle<T>(
    into: Map<string, T | 'loading' | Error>,
    key: string,
    asked: string,
    ask: () => Promise<T>,
  ): Promise<void> {
    const asking = 'loading';
    // set after this tick: the asking may happen while a template is being rendered
    await Promise.resolve();
    if (into.has(key)) return;
    into.set(key, asking);
    let answer: T | Error;
    try {
      answer = await ask();
    } catch (error) {
      answer = error instanceof Error ? error : new Error(String(error));
    }
    if (model.value?.id === asked) into.set(key, answer);
  }

  return {
    ...{ model, recents, refused, opening, openingName, cancelOpening, layerName, layer, unit },
    ...{ take, opened, setScaling, setSize, chooseLayer, stepLayer, chooseUnit, unitName, shortName, refuse },
    ...{
      openDialog,
      openFiles,
      openRecent,
      openShipped,
      keep,
      exportModel,
      evidenceOfLayer,
      looked,
      restingEvidence,
      askAgain,
      unitKey,
    },
  };
});
