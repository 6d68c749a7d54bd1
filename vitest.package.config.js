// The slow tests of the app as it is started and packaged, one after the other: npm run test:package.
import base from './vitest.config.ts';

export default {
  ...base,
  test: { ...base.test, include: ['test/packaging/*.slow.ts'], fileParallelism: false },
};
