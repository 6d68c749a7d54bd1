// The comparison as one PNG to keep: every row with its name, its pictures with pixels crisp, and their scores.
import { placeIn } from '../pictures';

export interface SheetCell {
  /** Address of the sheet that the picture stands in, and its place there; null for no picture. */
  readonly src: string | null;
  readonly index: number;
  readonly text: string;
}

export interface SheetRow {
  readonly title: string;
  readonly line: string;
  readonly result: string;
  /** Of one picture. */
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  readonly cells: readonly SheetCell[];
}

export interface CompareSheet {
  readonly title: string;
  /** Below everything. */
  readonly note: string;
  readonly units: readonly string[];
  readonly rows: readonly SheetRow[];
}

/** Pixels of the file; a picture's box takes 28, 56 and 112 wide ones at whole scales. */
const BOX = 112;
const GAP = 16;
const NAME = 260;
const RESULT = 140;
const ROW = BOX + 48;
const HEAD = 80;
const FOOT = 40;
const FONT = 'system-ui, sans-serif';

async function load(src: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image;
}

/** Draws it on white, as paper is. Rejects when a picture cannot be read. */
export async function comparePng({ title, note, units, rows }: CompareSheet): Promise<Blob> {
  const sources = new Set(rows.flatMap(({ cells }) => cells.flatMap(({ src }) => src ?? [])));
  const images = new Map(await Promise.all([...sources].map(async (src) => [src, await load(src)] as const)));
  const canvas = new OffscreenCanvas(
    GAP + NAME + units.length * (BOX + GAP) + RESULT,
    HEAD + rows.length * ROW + (note === '' ? GAP : FOOT),
  );
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The sheet could not be drawn.');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  const write = (
    text: string,
    left: number,
    top: number,
    font: string,
    colour = '#1a1a1a',
    most = NAME - GAP,
  ): void => {
    context.font = `${font} ${FONT}`;
    context.fillStyle = colour;
    context.fillText(text, left, top, most);
  };
  const columnAt = (i: number): number => GAP + NAME + i * (BOX + GAP);
  write(title, GAP, 32, '600 20px');
  units.forEach((unit, i) => {
    write(unit, columnAt(i), HEAD - 12, '14px', '#515151');
  });
  rows.forEach((row, r) => {
    const top = HEAD + r * ROW;
    context.fillStyle = '#dadada';
    context.fillRect(GAP, top, canvas.width - 2 * GAP, 1);
    write(row.title, GAP, top + 32, '600 15px');
    row.line.match(/.{1,36}(\s|$)/g)?.forEach((part, i) => {
      write(part.trim(), GAP, top + 54 + i * 18, '13px', '#515151');
    });
    row.cells.forEach(({ src, index, text }, i) => {
      const image = src === null ? undefined : images.get(src);
      const scale = placeIn(BOX, row.height, row.width);
      const size = [row.width * scale, row.height * scale] as const;
      const x = (index % row.columns) * row.width;
      const y = Math.floor(index / row.columns) * row.height;
      if (image === undefined) {
        context.strokeStyle = '#dadada';
        context.strokeRect(columnAt(i) + 0.5, top + 12.5, BOX - 1, BOX - 1);
      } else context.drawImage(image, x, y, row.width, row.height, columnAt(i), top + 12, ...size);
      write(text, columnAt(i), top + BOX + 32, '13px', '#515151');
    });
    write(row.result, columnAt(row.cells.length), top + 32, '15px');
  });
  const foot = HEAD + rows.length * ROW + FOOT - GAP;
  write(note, GAP, foot, '13px', '#515151', canvas.width - 2 * GAP);
  return canvas.convertToBlob({ type: 'image/png' });
}
