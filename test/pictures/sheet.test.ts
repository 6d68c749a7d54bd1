// Montages, PNG and animated PNG, read back by another reader than the one that wrote them.
import { execFileSync } from 'node:child_process';
import { decodeApng } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { encodeApng } from '../../src-main/pictures/apng';
import { crop, decodePng, enlarge, montage, png, type Pixels } from '../../src-main/pictures/sheet';

const grey = (width: number, ...data: number[]): Pixels => ({
  width,
  height: data.length / width,
  channels: 1,
  data: Uint8Array.from(data),
});
const red: Pixels = { width: 1, height: 1, channels: 3, data: Uint8Array.from([255, 0, 0]) };
const blue: Pixels = { width: 1, height: 1, channels: 3, data: Uint8Array.from([0, 0, 255]) };

describe('a montage', () => {
  test('puts pictures row by row, with a gap around each', () => {
    const sheet = montage([grey(1, 1), grey(1, 2), grey(1, 3)], { columns: 2, gap: 1 });
    expect([sheet.width, sheet.height]).toEqual([5, 5]);
    const rows = Array.from({ length: 5 }, (_, y) => [...sheet.data.subarray(y * 5, y * 5 + 5)]);
    expect(rows[1]).toEqual([64, 1, 64, 2, 64]);
    expect(rows[3]).toEqual([64, 3, 64, 64, 64]);
    expect(rows[0]).toEqual([64, 64, 64, 64, 64]);
  });

  test('enlarges each pixel and keeps colours', () => {
    expect([...enlarge(grey(2, 5, 9), 2).data]).toEqual([5, 5, 9, 9, 5, 5, 9, 9]);
    const sheet = montage([red, blue], { columns: 2, gap: 0 });
    expect([...sheet.data]).toEqual([255, 0, 0, 0, 0, 255]);
  });

  test('is undone by crop', () => {
    const sheet = montage([grey(2, 1, 2, 3, 4), grey(2, 5, 6, 7, 8)], { columns: 2, gap: 0 });
    expect([...crop(sheet, { top: 0, left: 2, height: 2, width: 2 }).data]).toEqual([5, 6, 7, 8]);
  });
});

describe('PNG', () => {
  test.each([
    ['grey', grey(2, 0, 50, 100, 255)],
    ['in colour', red],
  ] as const)('%s is read back as it was', (_, picture) => {
    expect(decodePng(png(picture))).toEqual(picture);
  });

  test('what is none is refused in a sentence', () => {
    expect(() => decodePng(Buffer.from('no picture'))).toThrow('no PNG');
    const damaged = Buffer.from(png(grey(2, 0, 50, 100, 255)));
    damaged.writeUInt8(damaged.readUInt8(45) ^ 255, 45);
    expect(() => decodePng(damaged)).toThrow('no PNG');
  });
});

describe('animated PNG', () => {
  const frames = [grey(2, 1, 2, 3, 4), grey(2, 5, 6, 7, 8), grey(2, 9, 10, 11, 12)];
  const file = encodeApng(frames, [100, 100, 2000]);

  test('has every frame with its delay', () => {
    const found = decodeApng(file, { checkCrc: true });
    expect(found.numberOfFrames).toBe(3);
    expect(found.frames.map(({ data }) => [...data])).toEqual(frames.map(({ data }) => [...data]));
    expect(found.frames.map(({ delayNumber, delayDenominator }) => delayNumber / delayDenominator)).toEqual([
      0.1, 0.1, 2,
    ]);
  });

  test('is the first frame to a reader of still pictures', () => {
    expect(decodePng(file)).toEqual(frames[0]);
  });
});

test('the interpreter of another house reads a PNG too', () => {
  const code =
    'import sys,zlib,struct;b=sys.stdin.buffer.read();n=struct.unpack(">I",b[33:37])[0];print(*zlib.decompress(b[41:41+n]))';
  const said = execFileSync('python3', ['-c', code], { input: png(grey(2, 0, 50, 100, 255)) }).toString();
  expect(said.trim()).toBe('0 0 50 0 100 255');
});
