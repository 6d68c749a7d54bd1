// Answers the addresses of contract/media: pictures made on demand from raw numbers, and files to download.
import { createHash } from 'node:crypto';
import { explain, UserError } from '../contract/errors';
import { SHEET_COLUMNS } from '../contract/media';
import { displaySchema, type Display } from '../contract/method';
import type { Pictures } from '../engine-link';
import { show, showAll, type PictureShape } from '../pictures/display';
import { enlarge, montage, png, type Pixels } from '../pictures/sheet';
import { readGallery, readPictures, showGallery } from '../store/gallery';
import type { Engine } from './engine';
import type { Exports } from './exports';
import { galleryTag, type Galleries } from './galleries';
import { hasEnded } from './live-run';
import type { Models } from './models';
import type { Runs } from './runs';

export interface MediaOptions {
  readonly engine: Engine;
  readonly exports: Exports;
  readonly galleries: Galleries;
  readonly models: Models;
  readonly runs: Runs;
}

/** An address that is malformed (400) or names nothing (404). */
class Refused extends Error {
  readonly status: number;
  constructor(status: 400 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

/** A picture of what will not change any more may be kept for ever; a gallery is asked for again. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
const MOST_ZOOM = 64;
const MOST_SIDE = 16_384;

interface Answer {
  readonly picture: Pixels;
  readonly cache: string;
}

/** A number written plainly: '7', not '07', '7.0' or '-1'. */
function numberIn(text: string | undefined): number {
  if (text === undefined || !/^(0|[1-9]\d{0,8})$/.test(text)) {
    throw new Refused(400, 'A number in this address is none.');
  }
  return Number(text);
}

/** The number in '7.png'. */
const pngNumber = (text: string | undefined): number =>
  numberIn(text?.endsWith('.png') === true ? text.slice(0, -4) : undefined);

function displayIn(query: URLSearchParams, fallback: Display): Display {
  const parsed = displaySchema.safeParse(query.get('display') ?? fallback);
  if (!parsed.success) throw new Refused(400, 'There is no such display.');
  return parsed.data;
}

function zoomed(picture: Pixels, query: URLSearchParams): Pixels {
  const zoom = numberIn(query.get('zoom') ?? '1');
  if (zoom < 1 || zoom > MOST_ZOOM || zoom * Math.max(picture.width, picture.height) > MOST_SIDE) {
    throw new Refused(400, `A zoom goes from 1 to ${MOST_ZOOM}.`);
  }
  return enlarge(picture, zoom);
}

const row = ({ values, count, ...shape }: Pictures, display: Display): Pixels => {
  const size = values.length / count;
  const pictures = Array.from({ length: count }, (_, i) =>
    show(values.subarray(i * size, (i + 1) * size), shape, display),
  );
  return montage(pictures, { columns: count, gap: 0 });
};

export class Media {
  private readonly options: MediaOptions;

  constructor(options: MediaOptions) {
    this.options = options;
  }

  /** Never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      const { pathname, searchParams } = new URL(request.url);
      const parts = pathname.slice(pathname.indexOf('/media/') + '/media/'.length).split('/');
      const named = parts.map((part) => decodeURIComponent(part));
      if (named[0] === 'export') return this.download(named[1] ?? '');
      if (named[0] === 'gallery') return await this.gallery(request, named, searchParams);
      const { picture, cache } = await this.picture(named, searchParams);
      return this.send(picture, cache);
    } catch (error) {
      const status = error instanceof Refused ? error.status : error instanceof UserError ? 404 : 400;
      return new Response(explain(error), {
        status,
        headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      });
    }
  }

  private send(picture: Pixels, cache: string, headers: Record<string, string> = {}): Response {
    const bytes = Uint8Array.from(png(picture));
    return new Response(bytes, {
      headers: { 'content-type': 'image/png', 'cache-control': cache, ...headers },
    });
  }

  private download(token: string): Response {
    const file = this.options.exports.get(token);
    if (file === undefined) throw new Refused(404, 'This file was made too long ago. Export it again.');
    return new Response(file.bytes, {
      headers: {
        'content-type': file.type,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
        'cache-control': 'no-store',
      },
    });
  }

  private async picture([kind, ...rest]: string[], query: URLSearchParams): Promise<Answer> {
    switch (kind) {
      case 'run':
        return this.run(rest, query);
      case 'windows':
      case 'worst-windows': {
        const found = await this.windows(rest, kind === 'worst-windows');
        return { picture: row(found, 'ink'), cache: IMMUTABLE };
      }
      case 'kernel': {
        const [model = '', layer = '', unit] = rest;
        const channel = numberIn(query.get('channel') ?? '0');
        const job = { model: this.options.models.source(model), layer, unit: pngNumber(unit), channel };
        return {
          picture: row(await this.options.engine.run('kernel', job), 'signed'),
          cache: IMMUTABLE,
        };
      }
      case 'test': {
        const [dataset = '', index] = rest;
        const job = { dataset, target: null, index: pngNumber(index) };
        const { image, height, width, channels } = await this.options.engine.run('testImage', job);
        return {
          picture: { height, width, channels: channels === 3 ? 3 : 1, data: image },
          cache: IMMUTABLE,
        };
      }
      default:
        throw new Refused(404, 'There is no such picture.');
    }
  }

  private async windows([model = '', layer = '', unit]: string[], worst: boolean): Promise<Pictures> {
    const source = this.options.models.source(model);
    const { engine, models, runs } = this.options;
    const place = { model: source, layer, dataset: await models.dataset(model) };
    const found = await engine.run('windows', { ...place, unit: pngNumber(unit), worst });
    // all windows were looked through for it
    await runs.refer(model, layer, () => engine.run('reference', place));
    return found;
  }

  private async run(parts: string[], query: URLSearchParams): Promise<Answer> {
    const [id = '', second, third] = parts;
    const work = this.options.runs.pictures(id);
    if (second === 'question-sheet.png' && third === undefined) {
      const sheet = await work.sheet();
      if (sheet === null) throw new Refused(404, 'This run has no sheet of the question.');
      return { picture: row(sheet, 'contrast'), cache: IMMUTABLE };
    }
    const frame = third === undefined ? pngNumber(second) : numberIn(second);
    if (parts.length > 3) throw new Refused(404, 'There is no such picture.');
    const images = await work.frame(frame);
    const { picture: shape, units } = work.live.run;
    if (shape === null) throw new Refused(404, 'The run has no pictures yet.');
    const display = displayIn(query, 'contrast');
    // whether a unit is dead is known at the end: only then is the sheet what it will always be
    const cache = hasEnded(work.live.run) ? IMMUTABLE : 'no-store';
    const live = (i: number): boolean => units[i]?.state !== 'dead' && units[i]?.state !== 'failed';
    if (third === undefined) {
      const pictures = showAll(images, shape, display, live);
      return { picture: montage(pictures, { columns: SHEET_COLUMNS, gap: 0 }), cache };
    }
    const unit = pngNumber(third);
    const index = units.findIndex((candidate) => candidate.unit === unit);
    if (index < 0) throw new Refused(404, `The run has no unit ${unit}.`);
    return { picture: zoomed(this.one(images, shape, display, live, index), query), cache };
  }

  /** One picture of a layer: alone, but for the range that all share. */
  private one(
    images: Float32Array,
    shape: PictureShape,
    display: Display,
    live: (i: number) => boolean,
    index: number,
  ): Pixels {
    const size = shape.height * shape.width * shape.channels;
    if (display === 'shared' || !live(index)) {
      return showAll(images, shape, display, live)[index] as Pixels;
    }
    return show(images.subarray(index * size, (index + 1) * size), shape, display);
  }

  private async gallery(request: Request, parts: string[], query: URLSearchParams): Promise<Response> {
    const [, id = '', file] = parts;
    if (parts.length !== 3) throw new Refused(404, 'There is no such picture.');
    const path = this.options.galleries.path(id);
    const gallery = await readGallery(path);
    const display = displayIn(query, gallery.display);
    const mark = createHash('sha256')
      .update(await galleryTag(path))
      .update(query.toString());
    const etag = `"${mark.digest('hex').slice(0, 20)}"`;
    const headers = { etag };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
    const { images } = await readPictures(path, gallery);
    const pictures = showGallery(gallery, images, display);
    if (file === 'sheet.png') {
      return this.send(montage(pictures, { columns: SHEET_COLUMNS, gap: 0 }), 'no-cache', headers);
    }
    const unit = pngNumber(file);
    const index = gallery.units.findIndex((candidate) => candidate.unit === unit);
    const picture = pictures[index];
    if (picture === undefined) throw new Refused(404, `The gallery has no unit ${unit}.`);
    return this.send(zoomed(picture, query), 'no-cache', headers);
  }
}
