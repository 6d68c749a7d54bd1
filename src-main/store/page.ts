// One HTML page of a gallery that needs nothing else: pictures inside, works offline, prints.
import { bestOfWords } from '../contract/best-of';
import type { Gallery, GalleryUnit } from '../contract/gallery';
import type { Display } from '../contract/method';
import { enlarge, png, type Pixels } from '../pictures/sheet';
import { escape } from '../report/escape';

const DISPLAYS: Readonly<Record<Display, string>> = {
  contrast: 'each picture from its own minimum, black, to its own maximum, white',
  percentile: 'each picture from its own 1st percentile, black, to its 99th, white',
  signed: '0 is mid grey, the greatest magnitude of each picture black or white',
  ink: '0 is black, 1 is white, clipped: as the network sees it',
  positive: 'negatives removed, then from 0, black, to the maximum, white',
  meanStd: '(x − mean) / standard deviation, from −2.5, black, to 2.5, white',
  shared: "from the whole layer's minimum, black, to its maximum, white",
};

const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));

/** Pictures are enlarged to about this many pixels, so that every viewer shows them with sharp edges. */
const SIDE = 112;

function card(unit: GalleryUnit, picture: Pixels, layer: string): string {
  const zoom = Math.max(1, Math.round(SIDE / picture.width));
  const data = Buffer.from(png(enlarge(picture, zoom))).toString('base64');
  const certificate = unit.certificate === null ? null : 1 - unit.certificate.gap;
  return `<figure><img alt="${escape(layer)} unit ${unit.unit}, ${unit.state}" src="data:image/png;base64,${data}">
<figcaption><b>${unit.unit}</b> ${unit.state}<dl>
<dt>score</dt><dd>${number(unit.score)}</dd><dt>best real</dt><dd>${number(unit.bestReal)}</dd><dt>certificate</dt><dd>${number(certificate, 4)}</dd></dl></figcaption></figure>`;
}

const STYLE = `:root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}table{border-collapse:collapse;margin-bottom:1.5rem}th{text-align:left;font-weight:600;padding:.1rem 1.2rem .1rem 0;vertical-align:top}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem}figure{margin:0;break-inside:avoid}
img{width:100%;image-rendering:pixelated;border:1px solid #8888;box-sizing:border-box}
dl{display:grid;grid-template-columns:auto 1fr;margin:.2rem 0 0;font-size:.85rem;font-variant-numeric:tabular-nums}dd{margin:0;text-align:right}
@media print{body{margin:0;max-width:none}main{grid-template-columns:repeat(8,1fr);gap:.4rem}}`;

/** The page of a gallery; `pictures` in the order of its units, made by `display`. */
export function galleryPage(gallery: Gallery, pictures: readonly Pixels[], display: Display): string {
  const { title, model, layer, method, dataset, bestOf, seed, units, createdAt, appVersion } = gallery;
  const field = layer.receptiveField;
  const parameters = Object.entries(method.parameters)
    .filter(([name]) => name !== 'name')
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' ? Number(value.toPrecision(6)) : JSON.stringify(value)}`,
    );
  const facts: [string, string][] = [
    ['Model', `${model.name} (sha256 ${model.sha256.slice(0, 12)}…)`],
    ['Pixels', model.range === null ? 'not recorded' : `the model takes them as ${model.range}`],
    [
      'Layer',
      `${layer.name}; a unit sees ${field === null ? 'the whole image' : `${field.height} × ${field.width} pixels`}`,
    ],
    ['Method', [method.name, ...parameters].join(', ')],
    ['Data', dataset === null ? 'none' : dataset.name],
    ['Seed', String(seed)],
    ['Shown as', DISPLAYS[display]],
    ['Made', `${createdAt} by Filterscope ${appVersion}, in ${gallery.timings.seconds.toFixed(1)} s`],
  ];
  const rows = facts.map(([name, value]) => `<tr><th>${name}</th><td>${escape(value)}</td></tr>`);
  const cards = units.map((unit, i) => card(unit, pictures[i] as Pixels, layer.name));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(title)}</title><style>${STYLE}</style></head>
<body><h1>${escape(title)}</h1><table>${rows.join('')}</table>
<main>${cards.join('\n')}</main>
<p>Score: what the unit answers to its picture; best real: the greatest answer to real data${units.some(({ bestReal }) => bestReal !== null) ? ` (${bestOfWords(bestOf, { whole: field === null })})` : ''}; certificate: 1 is a first-order optimum.</p>
</body></html>
`;
}
