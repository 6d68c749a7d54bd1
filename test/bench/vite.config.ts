// Builds the bench's programs for Node; what the app bundles is bundled here from the same sources.
import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: 'out/bench',
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        bench: 'test/bench/bench.ts',
        worker: 'test/bench/worker.ts',
        start: 'test/bench/start.ts',
        prepared: 'test/bench/prepared.ts',
        scale: 'test/bench/scale.ts',
        soak: 'test/bench/soak.ts',
        quality: 'test/bench/quality.ts',
        models: 'test/bench/models.ts',
      },
    },
  },
});
