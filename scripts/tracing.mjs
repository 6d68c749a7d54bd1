// What Chromium's tracing says of a page's main thread: its longest tasks, and the functions they were spent in.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

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
export async function traced(page, work) {
  const cdp = await page.context().newCDPSession(page);
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
  await cdp.detach();
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
export function report(title, events) {
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
    `${title}: ${tasks.length} tasks; longest ${ms(tasks[0]?.dur)} wall, ${ms(byCpu[0]?.tdur)} CPU; over 50 ms: ${over('dur')} by wall, ${over('tdur')} by CPU; ${ms(tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0))} CPU together; load ${loadavg()[0].toFixed(1)}`,
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
