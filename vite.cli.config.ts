// Builds the command line alone: all that a checkout needs to train and to draw, in a second.
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    ssr: 'src-main/cli.ts',
    outDir: 'out/cli',
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
  },
});
