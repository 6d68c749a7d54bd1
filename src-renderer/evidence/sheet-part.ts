// Where one unit's picture lies in a sheet of all units.

export interface SheetPart {
  readonly index: number;
  readonly columns: number;
  /** Size of one picture in pixels. */
  readonly height: number;
  readonly width: number;
}

/** The place of unit `index` in a gapless sheet of `units` pictures, at most `most` in a row. */
export function sheetPart(
  sheet: { readonly height: number; readonly width: number },
  units: number,
  index: number,
  most: number,
): SheetPart {
  const columns = Math.min(most, units);
  return { index, columns, width: sheet.width / columns, height: sheet.height / Math.ceil(units / columns) };
}
