// npm start: opens the app in Electron, or in the browser where Electron cannot be had.
// npm start -- [--web] [--port N] [--data DIR] [--no-open] [MODEL]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);
const given = process.argv.slice(2);

/** Runs a program of this checkout to its end; ends with its code when it fails. */
function must(program, ...args) {
  const { status } = spawnSync(process.execPath, [inRoot(program), ...args], {
    cwd: root,
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The latest change below a file or folder, in milliseconds. */
function changed(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changed(join(path, name))));
}

function build() {
  const sources = ['src-main', 'src-renderer', 'electron.vite.config.ts', 'package-lock.json'];
  const built = ['main/index.js', 'main/web.js', 'preload/preload.cjs', 'renderer/index.html'];
  const oldest = Math.min(
    ...built.map((path) => statSync(inRoot('out', path), { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
  if (Math.max(...sources.map((path) => changed(inRoot(path)))) <= oldest) return;
  process.stderr.write('Building Filterscope\n');
  must('node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn');
}

/** Puts TensorFlow in place once, with its progress on the terminal. */
function provision() {
  if (!existsSync(inRoot('node_modules/@tensorflow/tfjs-node/deps/provisioned.json'))) {
    must('out/main/cli.js', 'doctor');
  }
}

/** Electron's program, or why there is none. Its package fetches it only when it is asked to, so it is asked once. */
function findElectron() {
  const { ELECTRON_OVERRIDE_DIST_PATH: elsewhere, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { why: 'there is no display' };
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform];
  const program = join(elsewhere ?? inRoot('node_modules/electron/dist'), name ?? 'electron');
  if (existsSync(program)) return { program };
  if (elsewhere) return { why: `there is no Electron in ${elsewhere}` };
  process.stderr.write('Fetching Electron once, some 110 MB\n');
  const { status, stderr } = spawnSync(process.execPath, [inRoot('node_modules/electron/install.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status === 0 && existsSync(program)) return { program };
  return { why: `it could not be fetched (${/^\w*Error: (.*)/m.exec(stderr)?.[1] ?? 'no reason given'})` };
}

/** Runs until the program ends, and ends with it; Ctrl-C reaches it by the terminal. */
function run(program, args, env, ended) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', ({ message }) => ended(null, message));
  child.on('exit', (code) => ended(code, `it ended with ${code === null ? 'a signal' : `code ${code}`}`));
}

function openWeb(why) {
  if (why !== undefined) process.stderr.write(`Electron is not used: ${why}. Opening in the browser.\n`);
  const args = given.filter((argument) => argument !== '--web');
  run(process.execPath, [inRoot('out/main/web.js'), ...args], {}, (code) => process.exit(code ?? 1));
}

function openElectron(program) {
  const args = [...given];
  const data = args.indexOf('--data');
  const env = data < 0 ? {} : { FILTERSCOPE_DATA: args.splice(data, 2)[1] };
  // Chromium refuses to run sandboxed as root
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const began = Date.now();
  run(program, [...flags, root, ...args], env, (code, how) => {
    if (code === 0 || Date.now() - began > 5000) process.exit(code ?? 1);
    openWeb(how);
  });
}

build();
provision();
const forWeb = given.some(
  (argument) => ['--web', '--no-open'].includes(argument) || argument.startsWith('--port'),
);
if (forWeb) openWeb();
else {
  const { program, why } = findElectron();
  if (program === undefined) openWeb(why);
  else openElectron(program);
}
