// How busy the page is with a layer of a thousand units: npm run bench:large-layer. Prints the longest tasks of the page's main
// thread while the layer is opened, run, paged through and searched.
import { openApp } from './opened-app.mjs';
import { report, traced } from './tracing.mjs';

const { page, close } = await openApp({ timeout: 300_000 });
await page.getByRole('option', { name: /^Unit 63 / }).waitFor();
const grid = page.getByRole('listbox', { name: 'Units of dense' });
const option = (name) => grid.getByRole('option', { name });

async function openLayer() {
  await page.getByRole('radio', { name: /^dense/ }).check({ force: true });
  await option(/^Unit 0\b/).waitFor();
}

/** Down by key, a page at a time, to the end; back to the start; a row at a time; by the wheel. */
async function pageThrough() {
  await grid.evaluate((list) => list.parentElement.scrollTo(0, 0));
  await option(/^Unit 0\b/).focus();
  const last = option(/^Unit 1023\b/);
  while (!(await last.evaluateAll((found) => found.includes(document.activeElement)))) {
    await page.keyboard.press('PageDown');
  }
  await page.keyboard.press('Home');
  await option(/^Unit 0\b/).waitFor();
  for (let row = 0; row < 60; row++) await page.keyboard.press('ArrowDown');
  const { x, y, width, height } = await grid.locator('..').boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, turn % 20 < 15 ? 900 : -400);
}

async function search(words, count) {
  await page.keyboard.press('/');
  await page.keyboard.type(words);
  await page.waitForFunction(
    (wanted) => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === String(wanted),
    count,
  );
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
}

report('opening a layer of 1024 units', await traced(page, openLayer));
report('paging through it before it is run', await traced(page, pageThrough));
// few steps of a method without preparation: what is measured is the page, not the engine
await page.getByRole('radio', { name: 'Plain' }).check({ force: true });
await page.getByRole('button', { name: /steps$/ }).click();
await page.getByRole('textbox', { name: 'Steps' }).fill('3');
await page.keyboard.press('Escape');
report(
  'running it',
  await traced(page, async () => {
    await page.keyboard.press('Escape');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Cancel', description: 'Esc' }).waitFor();
    await page.getByRole('button', { name: 'Save gallery', exact: true, disabled: false }).waitFor();
  }),
);
report('paging through its pictures', await traced(page, pageThrough));
report(
  'searching by number, range and state',
  await traced(page, async () => {
    await search('1000', 1);
    await search('500-599, 7', 101);
  }),
);
report(
  'another display of all',
  await traced(page, async () => {
    await page.evaluate('document.activeElement.blur()');
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('d');
      await page.waitForTimeout(500);
    }
  }),
);
await close();
