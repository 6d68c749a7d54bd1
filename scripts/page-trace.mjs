// How busy the page is, by the browser's own tracing: npm run bench:page. Prints the longest tasks of the page's main thread while a
// layer runs (wall time, and CPU time, which other work on the machine does not lengthen), with the functions they were spent
// in; how long a click takes until a layer of 32 steps is on screen, and a cancel until the page shows it; and how many drawings a
// second are answered. Needs a build and Chromium.
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

/** From the key until the last unit of the layer shows a picture of the new run, and until all are finished; painted, in milliseconds. */
const shown = () =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const last = () =>
          [...document.querySelectorAll('[role=option]')].find(({ ariaLabel }) =>
            ariaLabel?.startsWith('Unit 63 '),
          );
        const source = () => last()?.querySelector('.pixels')?.style.backgroundImage ?? '';
        const runOf = (address) => /run\/([^/]+)\//.exec(address)?.[1];
        const before = runOf(source());
        const at = performance.now();
        let first = null;
        const look = () => {
          const run = runOf(source());
          // a frame callback comes before the frame is painted, the task after it when it is
          if (first === null && run !== undefined && run !== before) first = performance.now() - at;
          if (first !== null && /, (converged|close|climbing)/.test(last()?.ariaLabel ?? ''))
            done({ first, all: performance.now() - at });
          else requestAnimationFrame(() => setTimeout(look));
        };
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }));
        requestAnimationFrame(() => setTimeout(look));
      }),
  );
await setSteps(32);
const clicks = [];
for (let i = 0; i < 5; i++) {
  clicks.push(await shown());
  await page.getByRole('button', { name: 'Save gallery', exact: true, disabled: false }).waitFor();
  await page.waitForTimeout(500);
}
console.log(
  `from a click to the layer's pictures of 32 steps: ${clicks.map(({ first, all }) => `${first.toFixed(0)} ms, finished ${all.toFixed(0)} ms`).join('; ')}; load ${loadavg()[0].toFixed(1)}`,
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
