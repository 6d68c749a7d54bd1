// Everything that can be known of a model in a folder: its start, its snapshots, its independent kin.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardSchema, type Card } from '../contract/card';
import type { Dataset } from '../datasets/dataset';
import { openModel } from '../network/formats/open';
import type { OpenOptions } from '../network/formats/options';
import type { Network } from '../network/network';
import { initialNetwork } from './initial';

export interface KnownModel {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly testAccuracy: number | null;
  /** The network before its first update; null where it is unknown. */
  readonly start: Network | null;
  /** Networks of the same task, trained independently. */
  readonly others: readonly Network[];
  readonly snapshots: readonly { readonly step: number; readonly network: Network }[];
  readonly steps: number | null;
  readonly dispose: () => void;
}

/** The card beside a model, where it has a sound one. */
export async function cardOf(model: string): Promise<Card | null> {
  try {
    return cardSchema.parse(JSON.parse(await readFile(join(model, 'card.json'), 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Those of the folders `others` that are of the task and input of a model and not that model; the caller disposes of them.
 */
export async function kinOf(
  network: Network,
  dataset: Dataset,
  others: readonly string[],
): Promise<Network[]> {
  const kin: Network[] = [];
  for (const path of others) {
    const card = await cardOf(path);
    if (card !== null && card.dataset.name !== dataset.name) continue;
    const other = await openModel(path);
    if (other.input.join() === network.input.join() && other.sha256 !== network.sha256) kin.push(other);
    else other.dispose();
  }
  return kin;
}

/** Layers of the same names and shapes, so that one can have come from the other. */
const alike = (a: Network, b: Network): boolean =>
  a.parameters === b.parameters &&
  a.nodes.every(
    ({ name, shape }, i) => b.nodes[i]?.name === name && b.nodes[i].shape.join() === shape.join(),
  );

/** Opens all of it; `others` are folders of networks that may be kin, `opening` what the user said of the model. The caller disposes of it. */
export async function knownModel(
  model: string,
  dataset: Dataset,
  others: readonly string[],
  opening: Pick<OpenOptions, 'scaling' | 'inputSize'> = {},
): Promise<KnownModel> {
  const network = await openModel(model, opening);
  const open: Network[] = [network];
  const card = await cardOf(model);
  let start: Network | null = null;
  // the seed alone makes the start again, if the card is of this very model
  if (card !== null) {
    const made = await initialNetwork(card.configuration, network, opening);
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
    const snapshot = await openModel(join(folder, String(step)), opening);
    open.push(snapshot);
    snapshots.push({ step, network: snapshot });
  }
  const kin = await kinOf(network, dataset, others);
  open.push(...kin);
  return {
    ...{ network, dataset, start, snapshots, others: kin, steps: card?.steps ?? null },
    testAccuracy: card !== null && card.dataset.name === dataset.name ? (card.test?.accuracy ?? null) : null,
    dispose: () => {
      for (const one of open) one.dispose();
    },
  };
}
