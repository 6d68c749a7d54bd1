// How the tests run: real TensorFlow, provisioned once before the first file.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts', 'test/e2e/build.ts'],
    env: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' },
    reporters: ['default', './test/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // generous, for machines that are busy with something else: a test that hangs still ends
    testTimeout: 180_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
