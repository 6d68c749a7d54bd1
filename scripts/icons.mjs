// Draws resources/icon.svg as the PNGs that the packages carry: node scripts/icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const svg = await readFile('resources/icon.svg', 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();
await mkdir('resources/icons', { recursive: true });
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  // The smallest are cropped so that every square covers whole pixels.
  const drawn = size > 24 ? svg : svg.replace('0 0 1024 1024', '128 128 768 768');
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px}</style>${drawn}`);
  await writeFile(`resources/icons/${size}x${size}.png`, await page.screenshot({ omitBackground: true }));
}
await browser.close();
