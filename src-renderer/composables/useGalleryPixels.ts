// The pictures of a gallery as numbers, for likenesses: read back from its sheet.
import { shallowRef, watch, type Ref } from 'vue';
import type { Gallery } from '../../src-main/contract/gallery';
import { unitVector } from '../likeness';
import { media, SHEET_COLUMNS } from '../pictures';

/** A unit vector (see likeness) by unit; null for a flat picture. */
export type Vectors = ReadonlyMap<number, Float32Array | null>;

async function read(id: string, { units, picture }: Gallery): Promise<Vectors> {
  const image = new Image();
  // every display but this one clips or is shared; a stretch alone does not change a likeness
  image.src = media.gallerySheet(id, 'contrast');
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return new Map();
  context.drawImage(image, 0, 0);
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  const channels = picture.channels === 3 ? 3 : 1;
  return new Map(
    units.map(({ unit }, i) => {
      const top = Math.floor(i / SHEET_COLUMNS) * picture.height;
      const left = (i % SHEET_COLUMNS) * picture.width;
      const pixels = new Float32Array(picture.height * picture.width * channels);
      let at = 0;
      for (let y = top; y < top + picture.height; y++) {
        for (let x = left; x < left + picture.width; x++) {
          for (let c = 0; c < channels; c++) pixels[at++] = data[(y * width + x) * 4 + c] ?? 0;
        }
      }
      return [unit, unitVector(pixels)];
    }),
  );
}

/** The vectors of a gallery; null until they are read. */
export function useGalleryPixels(
  source: () => { id: string; gallery: Gallery } | null,
): Readonly<Ref<Vectors | null>> {
  const vectors = shallowRef<Vectors | null>(null);
  watch(
    source,
    async (now) => {
      vectors.value = null;
      const found = now === null ? null : await read(now.id, now.gallery).catch(() => null);
      if (source()?.id === now?.id) vectors.value = found;
    },
    { immediate: true },
  );
  return vectors;
}
