// FORMATS.md names every layer and operator that the fixtures hold and that are opened.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LayerConfig } from '../../../src-main/network/formats/keras/config';
import { readModel } from '../../../src-main/network/formats/open';
import { tryOnnx } from '../../../src-main/network/formats/onnx-file';
import { fixtures } from './parity';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'FORMATS.md'), 'utf8');
const paths = readdirSync(fixtures, { recursive: true, encoding: 'utf8' });
const of = (name: RegExp): string[] =>
  paths.filter((path) => name.test(path) && !path.startsWith('odd')).map((path) => join(fixtures, path));

const section = (title: string): Set<string> => {
  const [, text = ''] = page.split(`## ${title}\n`);
  return new Set((text.split('\n## ')[0] ?? '').match(/\w+/g));
};

const unnamed = (kinds: Iterable<string>, title: string): string[] =>
  [...new Set(kinds)].filter((kind) => !section(title).has(kind));

const kindsOf = (layers: readonly LayerConfig[]): string[] =>
  layers.flatMap(({ kind, model, wrapped }) =>
    model === null
      ? [kind, ...(wrapped === null ? [] : kindsOf([wrapped]))]
      : [...(kind === 'Pipeline' ? [kind] : []), ...kindsOf(model.layers)],
  );

it('every layer of the Keras models', async () => {
  const kinds: string[] = [];
  // the same models as .h5 hold the same
  for (const path of of(/\.keras$|thresholds.*\.h5$/)) {
    const content = await readModel(path, {});
    if (content.kind === 'keras') kinds.push(...kindsOf(content.keras.model.layers));
  }
  expect(kinds).toContain('SeparableConv1D');
  // what says where images come in, and what is named as a whole
  const named = kinds.filter((kind) => kind !== 'InputLayer' && !kind.startsWith('Random'));
  expect(unnamed(named, 'Keras and LayersModels')).toEqual([]);
});

it('every operator of the ONNX models', () => {
  const kinds = of(/\.onnx$/).flatMap((path) =>
    (tryOnnx(readFileSync(path))?.nodes ?? []).map(({ kind }) => kind),
  );
  expect(kinds).toContain('Conv');
  expect(unnamed(kinds, 'ONNX')).toEqual([]);
});

it('every operator of the GraphModels', () => {
  const kinds = of(/graph-\w+[/\\]model[/\\]model\.json$/).flatMap((path) => {
    const { modelTopology } = JSON.parse(readFileSync(path, 'utf8')) as {
      modelTopology: { node: { op: string }[] };
    };
    return modelTopology.node.map(({ op }) => op);
  });
  expect(kinds).toContain('_FusedConv2D');
  expect(unnamed(kinds, 'GraphModels')).toEqual([]);
});
