// Makes sure that libtensorflow is in place before any test loads it.
import { ensureTensorflow } from '../src-main/native/provision';

export default async function setup(): Promise<void> {
  await ensureTensorflow((line, bytes) => {
    if (bytes === undefined) process.stderr.write(`${line}\n`);
  });
}
