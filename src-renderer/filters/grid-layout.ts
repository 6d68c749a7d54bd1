// How large the tiles of a layer are: the largest pictures with which 8 across, and up to 8 rows, are in sight.

export const COLUMNS = 8;

export interface GridLayout {
  /** Side of a picture's box in px. */
  readonly box: number;
  /** Number and score below the picture instead of beside it. */
  readonly below: boolean;
  /** Px from one row to the next, and from one column to the next. */
  readonly pitch: number;
  readonly column: number;
}

/** Sides at which pictures of 14 and 28 px, the usual windows, have whole scales. */
const BOXES = [224, 196, 168, 140, 112, 98, 84, 70, 56, 42, 28];
/** A picture smaller than this is not worth fitting every row into sight: the grid scrolls instead. */
const LEAST = 70;
const EDGE = 24;

/** Layout for `count` units in a view of that size. `tight`: tiles all but touch, for two grids beside each other. */
export function gridLayout(
  view: { width: number; height: number },
  count: number,
  tight = false,
): GridLayout {
  const column = Math.floor((view.width - EDGE) / COLUMNS);
  const rows = Math.min(8, Math.max(1, Math.ceil(count / COLUMNS)));
  const row = (view.height - EDGE) / rows;
  const padding = tight ? 3 : 8;
  const words = { below: { width: 0, height: 20 }, beside: { width: 42, height: 0 } };
  const best = (layout: keyof typeof words, bounded: boolean): number =>
    BOXES.find(
      (box) =>
        box + padding + words[layout].width <= column &&
        (!bounded || box + padding + words[layout].height <= row),
    ) ?? 0;
  const beside = tight ? 0 : best('beside', true);
  const under = best('below', true);
  const fits = Math.max(beside, under);
  const box = fits >= LEAST ? fits : Math.max(28, Math.min(LEAST, best('below', false)));
  const below = fits >= LEAST ? under > beside : true;
  const least = box + padding + words[below ? 'below' : 'beside'].height + 4;
  return { box, below, column, pitch: Math.round(Math.max(least, Math.min(least + 16, row))) };
}

/** Rows beyond those in sight, above and below: what is scrolled into sight is there already. */
const AHEAD = 2;

/** Rows that are in the page, whichever they are. */
export const rowsInPage = (height: number, pitch: number): number =>
  Math.ceil(height / pitch) + 1 + 2 * AHEAD;

/** The first of them, for a view that is scrolled down by `top` px. */
export function firstRow(view: { height: number; top: number }, pitch: number, rows: number): number {
  const first = Math.floor((view.top - EDGE / 2) / pitch) - AHEAD;
  return Math.max(0, Math.min(first, rows - rowsInPage(view.height, pitch)));
}

/**
 * Up to `places` cells from the index `first` on, by the place in the page that each takes. Whatever is scrolled, the place of a
 * cell stays, and those that leave give theirs to those that come.
 */
export function recycled<T>(
  cells: readonly T[],
  first: number,
  places: number,
): { readonly cell: T; readonly at: number; readonly place: number }[] {
  return Array.from({ length: places }, (_, place) => {
    const at = first + ((((place - first) % places) + places) % places);
    const cell = cells[at];
    return cell === undefined ? null : { cell, at, place };
  }).filter((found) => found !== null);
}
