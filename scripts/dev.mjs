// npm run dev: the app in the browser with a page that reloads as it is written; in Electron: npm run dev -- --electron.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { createServer } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const electronVite = join(root, 'node_modules/electron-vite/bin/electron-vite.js');

/** Runs a program of node with this terminal; ends as it ends. */
function follow(...args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the child too, which ends in its own time
  process.on('SIGINT', () => undefined);
  child.on('exit', (code) => process.exit(code ?? 1));
}

if (given.includes('--electron')) follow(electronVite, 'dev', '--watch');
else {
  const built = spawnSync(process.execPath, [electronVite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
  const server = await createServer({
    configFile: false,
    root: join(root, 'src-renderer'),
    plugins: [vue()],
    server: { host: '127.0.0.1', fs: { allow: [root] } },
  });
  await server.listen();
  follow(join(root, 'out/main/web.js'), '--page', server.resolvedUrls.local[0], ...given);
}
