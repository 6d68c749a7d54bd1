// Saves what Compare shows as one picture.
import type { Display } from '../../src-main/contract/method';
import { downloadBlob } from '../downloads';
import { media, runSheet, SHEET_COLUMNS, whole as address } from '../pictures';
import { fixed, times, whole } from '../numbers';
import { useCompare, type Row } from '../stores/compare';
import { useModel } from '../stores/model';
import { useNotices } from '../stores/notices';
import { hasPicture, scoresAre, scoreWord } from './rows';
import { comparePng, type SheetRow } from './save-sheet';

/** The picture of a row as it is shown: the newest kept frame of its run in the row's display. */
function sheetRow(row: Row, budget: 'own' | 'common'): SheetRow {
  const { run, evidence, numbers } = row;
  const last = run === null ? -1 : run.frames.length - 1;
  const src = (display: Display): string | null =>
    run === null || last < 0 ? null : runSheet(run.id, last, display);
  const result = [
    numbers.distinctness === null ? '' : `distinct ${fixed(numbers.distinctness)}`,
    numbers.score === null ? '' : `score ${times(numbers.score)}`,
  ];
  return {
    ...{ title: row.title, line: row.reason ?? row.line, result: result.filter(Boolean).join(', ') },
    ...{ height: run?.picture?.height ?? 1, width: run?.picture?.width ?? 1, columns: SHEET_COLUMNS },
    cells: row.cells.map((cell) => ({
      src: hasPicture(cell) ? src(cell.display ?? row.display) : null,
      index: Math.max(0, cell.index),
      text: scoreWord(cell, run, budget, evidence),
    })),
  };
}

/** Returns the function that saves. */
export function useCompareSheet(): () => Promise<void> {
  const compare = useCompare();
  const model = useModel();
  const notices = useNotices();

  function realRow(): SheetRow[] {
    const evidence = model.evidenceOfLayer(model.layerName);
    const id = model.model?.id;
    if (evidence === 'loading' || evidence instanceof Error || id === undefined) return [];
    return [
      {
        title: 'Best real window',
        line: `Of ${evidence.all ? '' : 'a sample of '}${whole(evidence.looked)} in ${whole(evidence.images)} training images`,
        result: 'the reference: 1×',
        ...{ height: evidence.window.height, width: evidence.window.width, columns: evidence.count },
        cells: compare.unitsShown.map((unit) => ({
          src: address(media.windows(id, model.layerName, unit)),
          ...{ index: 0, text: '1×' },
        })),
      },
    ];
  }

  return async () => {
    const { layer } = model;
    if (layer === null) return;
    const file = `${model.layerName}-compare.png`;
    const done = await notices.attempt(async () => {
      const relative = scoresAre(compare.rows, compare.budget, layer.receptiveField === null);
      const picture = await comparePng({
        title: `${model.model?.name ?? ''}, ${model.layerName}${compare.rowsAre === 'unit' ? `, ${model.unitName(layer, model.unit)}` : ''}`,
        note: relative === '' ? '' : `Scores: × ${relative}`,
        units: compare.columns.map((column) => column.title),
        rows: [...compare.rows.map((row) => sheetRow(row, compare.budget)), ...realRow()],
      });
      downloadBlob(picture, file);
      return true;
    });
    if (done === true) notices.tell(`Saved ${file}.`);
  };
}
