// Where the response maps of every layer go: columns and whole scales, so that all of them fit if they can.

export interface MapShape {
  readonly units: number;
  readonly height: number;
  readonly width: number;
}

/** A layer's maps in rows of `columns`; a map's pixel is `scale` screen pixels, `gap` map pixels lie between two maps. */
export interface Sheet {
  readonly columns: number;
  readonly rows: number;
  readonly scale: number;
  readonly gap: number;
}

/** Screen pixels from one map to the next in a row of eight: 96 is three pixels a pixel of a 28 × 28 map. */
const WIDEST = 256;
const NARROWEST = 64;

function columns({ units, height, width }: MapShape, across: number): number {
  const wished = height * width === 1 ? 128 : units <= 32 ? 8 : units <= 128 ? 16 : 32;
  return Math.max(1, Math.min(wished, units, Math.floor(across / (width + 1))));
}

/** A layer's sheet where eight maps take `eighth` × 8 screen pixels of the `across` there are. */
export function sheet(shape: MapShape, across: number, eighth: number): Sheet {
  const of = columns(shape, across);
  const gap = shape.height * shape.width === 1 ? 0 : Math.max(1, Math.round(shape.width / 7));
  const scale = Math.floor((eighth * 8) / Math.max(of, 8) / (shape.width + gap));
  return { columns: of, rows: Math.ceil(shape.units / of), scale: Math.max(1, scale), gap };
}

/** Screen pixels that a sheet takes, without a gap after its last row and column. */
export function extentOf(
  shape: MapShape,
  { columns: of, rows, scale, gap }: Sheet,
): { width: number; height: number } {
  const side = (count: number, length: number): number => (count * (length + gap) - gap) * scale;
  return { width: side(of, shape.width), height: side(rows, shape.height) };
}

/** Sheets of all layers, as large as `across` × `down` screen pixels let them be; they may be higher where nothing fits. */
export function arrange(shapes: readonly MapShape[], across: number, down: number): Sheet[] {
  const widest = Math.min(WIDEST, Math.floor((across + 12) / 8));
  for (let eighth = widest; eighth > NARROWEST; eighth--) {
    const sheets = shapes.map((shape) => sheet(shape, across, eighth));
    const extents = sheets.map((one, i) => extentOf(shapes[i] as MapShape, one));
    const height = extents.reduce((sum, extent) => sum + extent.height, 0);
    if (height <= down && extents.every(({ width }) => width <= across)) return sheets;
  }
  return shapes.map((shape) => sheet(shape, across, Math.min(widest, NARROWEST)));
}
