// The answer as one self-contained HTML file: pictures and plots inside, nothing fetched, nothing run.
import type { Answered, Block, Figure, QuestionAnswer, Stated } from '../contract/answer';
import { grouped } from '../contract/grouped';
import { escape } from './escape';
import { plotSvg } from './plots';
import { STYLE } from './style';

/** Whole-number zoom at which a figure's pictures are about `target` pixels wide, and the sheet at most `most`. */
function zoomOf({ width, columns }: Figure, target: number, most: number): number {
  const one = width / columns;
  return Math.max(1, Math.min(Math.round(target / one), Math.floor(most / width)));
}

function picture(figure: Figure, target: number, most = 900): string {
  const zoom = zoomOf(figure, target, most);
  const data = Buffer.from(figure.png).toString('base64');
  const [width, height] = [figure.width * zoom, figure.height * zoom];
  return `<figure><div class="frame"><img src="data:image/png;base64,${data}" width="${width}" height="${height}" alt="${escape(figure.caption)}"></div><figcaption>${escape(figure.caption)}</figcaption></figure>`;
}

/** A limit written as the number that it belongs to. */
const inKind = (value: number, text: string): string =>
  text.endsWith('%') ? `${Math.round(100 * value)}\u00a0%` : value.toFixed(2).replace('-', '−');

const interval = ({ interval: between, text }: Stated): string =>
  between === null || !between.every(Number.isFinite)
    ? ''
    : ` (95\u00a0%: ${between.map((value) => inKind(value, text)).join(' to ')})`;

const numbers = (both: readonly Stated[], precise: boolean): string =>
  `<div class="numbers">${both
    .map(
      (one) =>
        `<div class="number"><b>${escape(one.text)}</b><span>${escape(one.label)}${precise ? interval(one) : ''}</span></div>`,
    )
    .join('')}</div>`;

const pair = (figures: readonly Figure[], target: number): string =>
  `<div class="pair">${figures.map((figure) => picture(figure, target, target * 1.2)).join('')}</div>`;

/** Columns whose cells all look like numbers stand to the right. */
function numeric(rows: readonly (readonly string[])[], column: number): boolean {
  return column > 0 && rows.every((row) => /^[−\d–.]|^not known/.test(row[column] ?? ''));
}

/** Sheets of small pictures stand two in a row, those of whole images one. */
function shownInRow(figure: Figure): string {
  if (figure.columns === 1) return picture(figure, 84);
  const small = figure.width / figure.columns < 24;
  return picture(figure, small && figure.columns <= 10 ? 45 : 58, small && figure.columns <= 10 ? 456 : 920);
}

function block(made: Block): string {
  switch (made.type) {
    case 'text':
      return `${made.heading === null ? '' : `<h3>${escape(made.heading)}</h3>`}<p>${escape(made.text)}</p>`;
    case 'figures':
      return `<div class="figures">${made.figures.map(shownInRow).join('')}</div>`;
    case 'table': {
      const { caption, columns, rows } = made.table;
      const align = columns.map((_, i) => (numeric(rows, i) ? ' class="n"' : ''));
      const head = columns.map((name, i) => `<th scope="col"${align[i] ?? ''}>${escape(name)}</th>`).join('');
      const body = rows
        .map(
          (row) => `<tr>${row.map((cell, i) => `<td${align[i] ?? ''}>${escape(cell)}</td>`).join('')}</tr>`,
        )
        .join('');
      return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
    }
    case 'plot':
      return `<figure>${plotSvg(made.plot)}<figcaption>${escape(made.plot.caption)}</figcaption></figure>`;
  }
}

const card = (one: Answered, i: number): string =>
  `<a class="card" href="#${one.id}"><span class="verdict">${escape(one.verdict)}</span><h2>${i + 1}. ${escape(one.question)}</h2>${pair(one.pair, 140)}${numbers(one.numbers, false)}<p>${escape(one.sentence)}</p></a>`;

const chapter = (one: Answered, i: number): string =>
  `<section id="${one.id}"><span class="verdict">${escape(one.verdict)}</span><h2>${i + 1}. ${escape(one.question)}</h2><p class="answer">${escape(one.sentence)}</p>${pair(one.pair, 168)}${numbers(one.numbers, true)}${one.blocks.map(block).join('')}</section>`;

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;

/** The whole page. */
export function reportHtml(answer: QuestionAnswer): string {
  const { model, dataset, questions, limits, references, seed, seconds, appVersion } = answer;
  const accuracy =
    model.testAccuracy === null
      ? ''
      : ` It reads ${(100 * model.testAccuracy).toFixed(2)} % of the test images rightly.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="Filterscope ${escape(appVersion)}">
<title>The question, answered for ${escape(model.name)} on ${escape(dataset.name)}</title><style>${STYLE}</style></head><body>
<h1>What do the filters look for, and can the pictures be trusted?</h1>
<p class="lead">Someone trained the tutorial’s CNN, made for every filter the input that should activate it most, and was unhappy with the pictures: all alike, no diagonals, no curves, and a second layer that looks like nothing. Four questions came of it. Here they are answered for one model, by numbers that were computed from it and from its data.</p>
<p class="facts">Model “${escape(model.name)}” (sha256 ${escape(model.sha256.slice(0, 12))}…), ${escape(dataset.name)}, ${grouped(dataset.images)} training images.${accuracy} Seed ${seed}; ${Math.round(seconds)} s of computing; Filterscope ${escape(appVersion)}. Pictures, where their caption says no more: plain ones, those without prior, kernels and filters have zero mid grey; those of classes with the prior 0 black and 1 white; in all others black is the least and white the greatest value of each.</p>
<div class="cards">${questions.map(card).join('')}</div>
${questions.map(chapter).join('\n')}
<section class="tail"><h2>How far this goes</h2>${list(limits)}</section>
<section class="tail"><h2>Where the measures come from</h2>${list(references)}<h3>Make it again</h3><p>filterscope answer MODEL OUT.html --seed ${seed} computes every number and picture on this page anew, given the same data (--data) and the same independent networks (--others); with --json it prints them.</p></section>
</body></html>
`;
}
