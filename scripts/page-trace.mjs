// How busy the page is, by the browser's own tracing: npm run bench:page. Prints the longest tasks of the page's main thread while a
// layer runs (wall time, and CPU time, which other work on the machine does not lengthen), with the functions they were spent
// in; how long a cancel takes until the page shows it; and how many drawings a second are answered. Needs a build and Chromium.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { openApp } from './opened-app.mjs';

const { page, close } = await openApp({ timeout: 120_000 });
await page.getByRole('option', { name: /^Unit 63 / }).waitFor();
const cdp = await page.context().newCDPSession(page);

// the profiler costs time itself: it is on only where the question is what the time was spent in
const WHY = process.argv.includes('--why');
const CATEGORIES = [
  'disabled-by-default-devtools.timeline',
  '__metadata',
  'toplevel',
  'devtools.timeline',
  'blink.user_timing',
  ...(WHY ? ['disabled-by-default-v8.cpu_profiler'] : []),
];

/** The events of the page's main thread while `work` goes on, and all CPU profiles. */
async function traced(work) {
  const events = [];
  const take = ({ value }) => events.push(...value);
  cdp.on('Tracing.dataCollected', take);
  const complete = new Promise((done) => cdp.once('Tracing.tracingComplete', done));
  await cdp.send('Tracing.start', {
    traceConfig: { includedCategories: CATEGORIES },
    transferMode: 'ReportEvents',
  });
  // what the start of the tracing costs is not the page's
  await page.waitForTimeout(1000);
  await page.evaluate("performance.mark('begin')");
  await work();
  await cdp.send('Tracing.end');
  await complete;
  cdp.off('Tracing.dataCollected', take);
  return events;
}

/** Microseconds of self time by function within a stretch of the profile, greatest first. */
function hottest(events, main, from, to) {
  const nodes = new Map();
  const spent = new Map();
  const starts = new Map();
  for (const { name, pid, tid, id, args } of events) {
    if (pid !== main.pid) continue;
    if (name === 'Profile') starts.set(id, { at: args.data.startTime, tid });
    if (name !== 'ProfileChunk') continue;
    const profile = starts.get(id);
    if (profile === undefined || profile.tid !== main.tid) continue;
    for (const node of args.data.cpuProfile?.nodes ?? []) nodes.set(`${id}/${node.id}`, node.callFrame);
    profile.clock ??= profile.at;
    (args.data.cpuProfile?.samples ?? []).forEach((sample, i) => {
      const delta = args.data.timeDeltas[i] ?? 0;
      profile.clock += delta;
      if (profile.clock < from || profile.clock > to) return;
      const { functionName, url: file, lineNumber, columnNumber } = nodes.get(`${id}/${sample}`) ?? {};
      const where = file ? ` ${file.split('/').at(-1)}:${lineNumber}:${columnNumber}` : '';
      const key = `${functionName || '(anonymous)'}${where}`;
      spent.set(key, (spent.get(key) ?? 0) + delta);
    });
  }
  return [...spent].sort((a, b) => b[1] - a[1]).slice(0, 6);
}

/** Prints the longest tasks, and what was done in the worst of them. */
function report(title, events) {
  const begin = events.find(({ name }) => name === 'begin')?.ts ?? 0;
  const frames = events.filter(({ name, ts }) => name === 'RunTask' && ts > begin);
  const byThread = new Map();
  for (const { pid, tid, dur = 0 } of frames)
    byThread.set(`${pid}/${tid}`, (byThread.get(`${pid}/${tid}`) ?? 0) + dur);
  const renderers = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const [main] = [...byThread].filter(([key]) => renderers.has(key)).sort((a, b) => b[1] - a[1]);
  if (main === undefined) throw new Error(`No main thread of the page was traced.`);
  const [pid, tid] = main[0].split('/').map(Number);
  const tasks = frames
    .filter((task) => task.pid === pid && task.tid === tid)
    .sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0));
  const over = (key) => tasks.filter((task) => (task[key] ?? 0) > 50_000).length;
  const byCpu = tasks.toSorted((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0));
  const ms = (us) => `${((us ?? 0) / 1000).toFixed(1)} ms`;
  console.log(
    `${title}: ${tasks.length} tasks; longest ${ms(tasks[0]?.dur)} wall, ${ms(byCpu[0]?.tdur)} CPU; over 50 ms: ${over('dur')} by wall, ${over('tdur')} by CPU; load ${loadavg()[0].toFixed(1)}`,
  );
  for (const task of byCpu.slice(0, 3)) {
    const end = task.ts + (task.dur ?? 0);
    const inside = new Map();
    for (const { name, pid: p, tid: t, ts, dur = 0, ph } of events) {
      if (p !== pid || t !== tid || ph !== 'X' || name === 'RunTask' || ts < task.ts || ts > end) continue;
      inside.set(name, (inside.get(name) ?? 0) + dur);
    }
    const parts = [...inside].sort((a, b) => b[1] - a[1]).slice(0, 6);
    console.log(
      `  ${ms(task.tdur)} CPU, ${ms(task.dur)} wall: ${parts.map(([name, us]) => `${name} ${ms(us)}`).join(', ')}`,
    );
    for (const [name, us] of hottest(events, { pid, tid }, task.ts, end))
      console.log(`      ${ms(us)} ${name}`);
  }
  const folder = process.env.FILTERSCOPE_TRACES;
  if (folder !== undefined)
    writeFileSync(
      join(folder, `${title.replaceAll(/\W+/g, '-')}.json`),
      JSON.stringify({ traceEvents: events }),
    );
}

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
report('a layer of 64 units', await traced(runLayer));
report('the same again', await traced(runLayer));

await page.keyboard.press('Control+4');
await page
  .getByRole('region', { name: /responses$/ })
  .first()
  .waitFor();
report(
  'from Draw to Filters, and a run',
  await traced(async () => {
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
  await traced(async () => {
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
