// Draws resources/icon.svg as the icons that the packages carry: node scripts/icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const folder = 'resources/icons';

async function draw() {
  const svg = await readFile('resources/icon.svg', 'utf8');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage();
  const pictures = new Map();
  for (const size of SIZES) {
    // The smallest are cropped so that every square covers whole pixels.
    const drawn = size > 24 ? svg : svg.replace('0 0 1024 1024', '128 128 768 768');
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px}</style>${drawn}`);
    pictures.set(size, await page.screenshot({ omitBackground: true }));
  }
  await browser.close();
  return pictures;
}

/** Windows' container: a table of sizes and places, then the PNGs. 0 stands for 256. */
function ico(pictures) {
  const entries = [...pictures].filter(([size]) => size <= 256);
  const head = Buffer.alloc(6 + 16 * entries.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(entries.length, 4);
  let place = head.length;
  entries.forEach(([size, png], i) => {
    const at = 6 + 16 * i;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(place, at + 12);
    place += png.length;
  });
  return Buffer.concat([head, ...entries.map(([, png]) => png)]);
}

/** Apple's container: one chunk a size, for plain and for dense screens. */
function icns(pictures) {
  const kinds = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 };
  const chunk = (name, body) => {
    const head = Buffer.from(`${name}....`, 'latin1');
    head.writeUInt32BE(body.length + 8, 4);
    return Buffer.concat([head, body]);
  };
  const chunks = Object.entries(kinds).map(([name, size]) => chunk(name, pictures.get(size)));
  return chunk('icns', Buffer.concat(chunks));
}

const pictures = await draw();
await mkdir(folder, { recursive: true });
for (const [size, png] of pictures) await writeFile(`${folder}/${size}x${size}.png`, png);
await writeFile(`${folder}/icon.ico`, ico(pictures));
await writeFile(`${folder}/icon.icns`, icns(pictures));
