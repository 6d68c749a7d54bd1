// Builds the programs of the main side, the preload script and the renderer.
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const plain = { minify: false, sourcemap: true, reportCompressedSize: false } as const;

export default defineConfig({
  main: {
    build: {
      ...plain,
      outDir: 'out/main',
      // The hosts and the engine share chunks; each is a program of its own.
      rolldownOptions: {
        input: {
          index: 'src-main/index.ts',
          web: 'src-main/web.ts',
          cli: 'src-main/cli.ts',
          engine: 'src-main/engine.ts',
          'shipped-runs': 'src-main/shipped-runs.ts',
        },
      },
    },
  },
  preload: {
    build: {
      ...plain,
      outDir: 'out/preload',
      // a sandboxed preload script may require Electron alone, and only as CommonJS: one file holds all of it
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src-main/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [vue()],
    build: {
      ...plain,
      outDir: 'out/renderer',
      // no data: addresses, which the page's policy forbids
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: resolve('src-renderer/index.html') },
    },
  },
});
