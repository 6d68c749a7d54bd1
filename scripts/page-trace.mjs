// How busy the page is, by the browser's own tracing: npm run bench:page. Prints the longest tasks of the page's main thread while a
// layer runs (wall time, and CPU time, which other work on the machine does not lengthen), with the functions they were spent
// in; how long a cancel takes until the page shows it; and how many drawings a second are answered. Needs a build and Chromium.
import { loadavg } from 'node:os';
import { openApp } from './opened-app.mjs';
import { report, traced } from './tracing.mjs';

const { page, close } = await openApp({ timeout: 120_000 });
await page.getByRole('option', { name: /^Unit 63 / }).waitFor();

/** Starts the layer and waits for its end. */
async function runLayer() {
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Cancel', description: 'Esc' }).waitFor();
  await page.getByRole('button', { name: 'Save gallery', exact: true, disabled: false }).waitFor();
}

async function setSteps(steps) {
  await page.getByRole('button', { name: /steps$/ }).click();
  await page.getByRole('textbox', { name: 'Steps' }).fill(String(steps));
  await page.keyboard.press('Escape');
  await page.evaluate('document.activeElement.blur()');
}

await setSteps(255);
report('a layer of 64 units', await traced(page, runLayer));
report('the same again', await traced(page, runLayer));

await page.keyboard.press('Control+4');
await page
  .getByRole('region', { name: /responses$/ })
  .first()
  .waitFor();
report(
  'from Draw to Filters, and a run',
  await traced(page, async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('option', { name: /^Unit 63 / }).waitFor();
    await runLayer();
  }),
);

// a cancel, from the key until the page shows it
await setSteps(20_000);
const waits = [];
for (let i = 0; i < 5; i++) {
  await page.keyboard.press('r');
  await page.getByRole('option', { name: /^Unit 0 \S+, running/ }).waitFor();
  await page.waitForTimeout(500);
  const wait = await page.evaluate(
    () =>
      new Promise((done) => {
        const at = performance.now();
        const look = () => {
          const stopped = [...document.querySelectorAll('.tools button')].some(
            ({ textContent }) => textContent.trim() === 'Run',
          );
          if (stopped) done(performance.now() - at);
          else setTimeout(look, 1);
        };
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
        look();
      }),
  );
  waits.push(wait);
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
}
console.log(
  `cancel: ${waits.map((wait) => `${wait.toFixed(0)} ms`).join(', ')}; load ${loadavg()[0].toFixed(1)}`,
);

// drawing: how many answers a second come back while the pointer moves
await page.keyboard.press('Control+4');
const box = await page.getByRole('application').boundingBox();
let answers = 0;
page.on('response', (response) => {
  if (response.url().endsWith('draw.respond')) answers++;
});
report(
  'drawing for five seconds',
  await traced(page, async () => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4);
    await page.mouse.down();
    const end = Date.now() + 5000;
    for (let i = 0; Date.now() < end; i++) {
      const angle = i / 12;
      await page.mouse.move(
        box.x + box.width * (0.5 + 0.25 * Math.cos(angle)),
        box.y + box.height * (0.5 + 0.25 * Math.sin(angle)),
      );
    }
    await page.mouse.up();
  }),
);
console.log(`answers: ${(answers / 5).toFixed(0)} a second; load ${loadavg()[0].toFixed(1)}`);

await close();
