// Closes a test run with one plain line of counts, which any CI can read.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0 };

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'pending') this.counts[state]++;
  }

  /** A file that could not be loaded ran no test, and has failed all the same. */
  onTestModuleEnd(module: TestModule): void {
    if (module.errors().length > 0) this.counts.failed++;
  }

  onTestRunEnd(): void {
    const { passed, failed, skipped } = this.counts;
    // after what the other reporters have to say
    process.once('exit', () => {
      process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}
