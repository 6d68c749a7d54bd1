// Addresses of pictures and files below media/: what the page fetches by URL instead of receiving as numbers.
import type { Display } from './method';

/** Units in a row of a sheet. Sheets are row-major, without gaps, each picture at its native size. */
export const SHEET_COLUMNS = 16;

const part = encodeURIComponent;
const query = (values: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${given.map(([name, value]) => `${name}=${part(String(value))}`).join('&')}`;
};

/** Each address is relative to the page. `zoom` draws each pixel zoom × zoom; `frame` is an index into a run's frames. */
export const media = {
  /** All units of one frame of a run, in the order of the run's units. */
  runSheet: (run: string, frame: number, display: Display): string =>
    `media/run/${part(run)}/${frame}.png${query({ display })}`,
  /** One unit of one frame of a run. */
  runUnit: (run: string, frame: number, unit: number, display: Display, zoom?: number): string =>
    `media/run/${part(run)}/${frame}/${unit}.png${query({ display, zoom })}`,
  /** The n × n sheet that the question's code saves, of a run by the question's method. */
  questionSheet: (run: string): string => `media/run/${part(run)}/question-sheet.png`,
  /** The real windows that excite a unit most, best first, as one row. */
  windows: (model: string, layer: string, unit: number): string =>
    `media/windows/${part(model)}/${part(layer)}/${unit}.png`,
  /** The same for the windows that excite it least. */
  worstWindows: (model: string, layer: string, unit: number): string =>
    `media/worst-windows/${part(model)}/${part(layer)}/${unit}.png`,
  /** A unit's kernel, mid grey at 0; beyond the first layer that of one input channel. */
  kernel: (model: string, layer: string, unit: number, channel = 0): string =>
    `media/kernel/${part(model)}/${part(layer)}/${unit}.png${query({ channel })}`,
  /** All units of a saved gallery, as its sheet is laid out. */
  gallerySheet: (gallery: string, display?: Display): string =>
    `media/gallery/${part(gallery)}/sheet.png${query({ display })}`,
  galleryUnit: (gallery: string, unit: number, display?: Display, zoom?: number): string =>
    `media/gallery/${part(gallery)}/${unit}.png${query({ display, zoom })}`,
  testImage: (dataset: string, index: number): string => `media/test/${part(dataset)}/${index}.png`,
} as const;
