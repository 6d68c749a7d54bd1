// Builds the programs of the main side, the preload script and the renderer.
import { defineConfig } from 'electron-vite';

const plain = { minify: false, sourcemap: true, reportCompressedSize: false } as const;

export default defineConfig({
  main: {
    build: {
      ...plain,
      outDir: 'out/main',
      // The hosts and the engine share chunks; each is a program of its own.
      rolldownOptions: { input: { cli: 'src-main/cli.ts' } },
    },
  },
});
